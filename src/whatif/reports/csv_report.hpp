// The senders that would be lost, as comma-separated values (RFC 4180): one line per rule and sender.
#pragma once

#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

std::string csv_report(Answer const& answer);

}  // namespace postern::whatif

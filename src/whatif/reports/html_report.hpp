// The answer as one page that needs nothing else: charts, the senders' table to sort and to search.
#pragma once

#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

std::string html_report(Answer const& answer, std::string const& made_at);

}  // namespace postern::whatif

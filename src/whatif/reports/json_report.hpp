// The answer as JSON. The form is stable: docs/whatif.md.
#pragma once

#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

struct JsonChoices {
  std::size_t senders = 1000;  // of each rule, at most
  bool examples = false;       // of skipped lines
  bool parts = true;           // whose mail it is: what was asked to be shown apart
};

std::string json_report(Answer const& answer, JsonChoices choices);

}  // namespace postern::whatif

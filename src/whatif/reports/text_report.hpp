// The answer for a terminal: at most 80 columns.
#pragma once

#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

struct TextChoices {
  bool colours = false;
  bool explain_skipped = false;
  std::size_t senders = 10;  // of the first rule that loses any
};

std::string text_report(Answer const& answer, TextChoices choices);

}  // namespace postern::whatif

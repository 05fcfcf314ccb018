// The answer for a terminal.
#pragma once

#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

struct TextChoices {
  bool colours = false;
  std::size_t width = 80;  // columns: at least 60 for tables to fit
  bool explain_skipped = false;
  std::size_t senders = 10;  // of the first rule that loses any
};

std::string text_report(Answer const& answer, TextChoices choices);

}  // namespace postern::whatif

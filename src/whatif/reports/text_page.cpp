#include "whatif/reports/text_page.hpp"

#include <algorithm>
#include <cmath>

namespace postern::whatif {

void TextPage::heading(std::string_view text) { out_ += "\n" + coloured(std::string(text), "1") + "\n"; }

void TextPage::paragraph(std::string_view text, std::size_t left, std::size_t indent) {
  std::string current(left, ' ');
  std::size_t used = left;
  bool first_word = true;
  while (!text.empty()) {
    auto const word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!first_word && used + 1 + word.size() > width_) {
      line(current);
      current.assign(left + indent, ' ');
      used = left + indent;
      first_word = true;
    }
    if (!first_word) current += ' ';
    current += word;
    used += word.size() + (first_word ? 0 : 1);
    first_word = false;
  }
  line(current);
}

std::string TextPage::coloured(std::string const& text, std::string_view code) const {
  return colours_ ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
}

std::string padded(std::string text, std::size_t columns) {
  if (text.size() < columns) text.append(columns - text.size(), ' ');
  return text;
}

std::string right(std::string const& text, std::size_t columns) {
  return text.size() < columns ? std::string(columns - text.size(), ' ') + text : text;
}

std::string fitted(std::string const& text, std::size_t columns) {
  return text.size() <= columns ? text : text.substr(0, columns - 2) + "..";
}

std::string bar(double share, std::size_t columns) {
  auto const full =
      static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns)));
  return std::string(share > 0 && full == 0 ? 1 : full, '#') +
         std::string(columns - std::max<std::size_t>(full, share > 0 ? 1 : 0), '.');
}

}  // namespace postern::whatif

// A page for a terminal: lines, headings, and paragraphs that are broken at blanks.
#pragma once

#include <string>
#include <string_view>

namespace postern::whatif {

class TextPage {
 public:
  TextPage(bool colours, std::size_t width) : colours_(colours), width_(width) {}

  void heading(std::string_view text);
  void line(std::string const& text) { (out_ += text) += '\n'; }
  // Broken at blanks, the lines after the first indented by `indent` more.
  void paragraph(std::string_view text, std::size_t left = 0, std::size_t indent = 0);

  std::string coloured(std::string const& text, std::string_view code) const;  // an SGR code: "32"
  std::size_t width() const { return width_; }
  std::string take() { return std::move(out_); }

 private:
  bool colours_;
  std::size_t width_;
  std::string out_;
};

std::string padded(std::string text, std::size_t columns);
std::string right(std::string const& text, std::size_t columns);
std::string fitted(std::string const& text, std::size_t columns);  // cut off, the end marked
std::string bar(double share, std::size_t columns);

}  // namespace postern::whatif

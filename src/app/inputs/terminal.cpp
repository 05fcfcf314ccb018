#include "app/inputs/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/ascii.hpp"

namespace postern::app {

bool wants_colours() {
  char const* const off = std::getenv("NO_COLOR");
  char const* const terminal = std::getenv("TERM");
  bool const is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return ::isatty(STDOUT_FILENO) == 1 && (off == nullptr || *off == '\0') && !is_dumb;
}

std::size_t columns_of_output() {
  ::winsize size{};
  if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return std::clamp<std::size_t>(size.ws_col, 60, 100);
}

void tell_user(std::string_view text) {
  std::string out = "postern: ";
  for (;;) {
    auto const line = text.substr(0, text.find('\n'));
    out += printable(line, line.size()) + "\n";
    if (line.size() == text.size()) break;
    text.remove_prefix(line.size() + 1);
  }
  std::fputs(out.c_str(), stderr);
}

}  // namespace postern::app

#include "app/inputs/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

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

}  // namespace postern::app

// Says on standard error why a command cannot do what it is asked.
#pragma once

#include <cstdio>
#include <string>

namespace postern::app {

// Gives the exit code, so that a command can return it.
inline int complain(std::string const& what, int code = 1) {
  std::fprintf(stderr, "postern: %s\n", what.c_str());
  return code;
}

}  // namespace postern::app

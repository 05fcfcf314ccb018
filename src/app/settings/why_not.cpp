#include "app/settings/why_not.hpp"

#include <cerrno>
#include <cstring>

namespace postern::app {

std::string why_not(int error) {
  if (error == 0) return "unknown reason";
  std::string const what = std::strerror(error);
  if (error != EACCES && error != EPERM) return what;
  return what + "; run it as the server's user: sudo -u postern postern ...";
}

}  // namespace postern::app

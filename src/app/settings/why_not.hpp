// Why a file or a socket of the server could not be used, with what to do about it.
#pragma once

#include <string>

namespace postern::app {

// errno in words. A user who may not is told to be the server's user.
std::string why_not(int error);

}  // namespace postern::app

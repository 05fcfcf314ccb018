// What a network in a configuration is: a private one, or so large that nobody owns it.
#pragma once

#include "base/ip_address.hpp"

namespace postern::app {

bool is_private(Network const& network);  // no address in it is reached from the Internet
bool is_much_of_the_internet(Network const& network);

}  // namespace postern::app

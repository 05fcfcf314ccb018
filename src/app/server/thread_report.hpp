// What each thread of this process is doing, as the kernel tells: for the log of a stop that does not end.
#pragma once

#include <string>
#include <vector>

namespace postern::app {

// One line per thread: `thread=1234 name=loop0 state=S wchan=ep_poll syscall=232`. What the kernel does not
// let us read is left out.
std::vector<std::string> describe_threads();

}  // namespace postern::app

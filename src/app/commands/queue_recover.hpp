// `postern queue recover`: what can be read of damaged messages, and bringing it back. Works while the server
// runs, and while it does not. Blocking.
#pragma once

#include "app/commands/commands.hpp"
#include "app/settings/data_dir.hpp"

namespace postern::app {

// With `options.to` each message found, or the one named, is also written to a file in that directory.
int recover_damaged(QueueOptions const& options, DataPaths const& paths);

// Says on standard error that damaged files are set aside, when there are any.
void tell_of_files_set_aside(DataPaths const& paths);

}  // namespace postern::app

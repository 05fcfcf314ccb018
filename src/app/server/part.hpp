// A part of the server: opened in the order of who uses whom, started, drained and taken down with all the
// others. A new part is one file, and one line in Server::open_all().
// Threads: all of it is called on the main thread. Taking down has three steps: all loops stand still; then
// join() of each part ends the threads that post to loops or to other parts; then the parts are destroyed,
// the last opened first. So nothing that a thread may still call is gone before that thread is.
#pragma once

#include <string>
#include <vector>

#include "app/settings/build_config.hpp"

namespace postern::app {

class Part {
 public:
  virtual ~Part() = default;

  virtual void start() {}                           // its loops run
  virtual void reload(BuiltConfig const&) {}        // SIGHUP: the configuration that holds from now on
  virtual void reload_lists(BuiltConfig const&) {}  // files of [lists] have changed, and nothing else
  virtual void drain() {}                           // begins nothing more; what runs ends by itself
  virtual void cut() {}                             // ends what runs
  virtual bool idle() const { return true; }        // nothing runs that a stop should wait for
  virtual void join() {}                            // ends its threads; may be called when none has begun
  virtual std::vector<std::string> lines() const { return {}; }  // what it serves and where, for people
};

}  // namespace postern::app

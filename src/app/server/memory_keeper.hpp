// The TLS memory of a running server: loaded at start, taken in when something is imported, forgotten when
// told so. Threads: any.
#pragma once

#include <string>

#include "base/guarded.hpp"
#include "session/services.hpp"

namespace postern::app {

class MemoryKeeper {
 public:
  // Both outlive it. `facts`: the file.
  MemoryKeeper(Guarded<session::Memory>& memory, std::string facts)
      : memory_(memory), facts_(std::move(facts)) {}

  // Before any session. `size`: entries of each kind. The error is for people: then the memory is empty, and
  // add_from_disk() tries again.
  Result<void, std::string> load(std::size_t size);

  // To what is remembered already, once the store of facts can be read.
  Result<void, std::string> add_from_disk();

  // What `postern memory import` has left in the store of facts. How many entries; the error is for people.
  Result<std::size_t, std::string> take_imported();

  bool forget(policy::MemoryKind kind, std::string const& name);  // whether it was there

 private:
  Guarded<session::Memory>& memory_;
  std::string facts_;
};

}  // namespace postern::app

#include "app/server/memory_keeper.hpp"

#include "app/server/system_random.hpp"
#include "store/memory_table.hpp"

namespace postern::app {

Result<void, std::string> MemoryKeeper::load(std::size_t size) {
  memory_.access()->tls = policy::TlsMemory(size, SystemRandom().next());
  return add_from_disk();
}

Result<void, std::string> MemoryKeeper::add_from_disk() {
  auto entries = store::load_memory(facts_);
  if (!entries) return fail(entries.error());
  auto memory = memory_.access();
  for (auto& entry : *entries) {
    if (auto const* known = memory->tls.find(entry.kind, entry.name)) entry = merge(*known, entry);
    memory->tls.put(std::move(entry));
  }
  return {};
}

Result<std::size_t, std::string> MemoryKeeper::take_imported() {
  auto entries = store::read_imported(facts_);
  if (!entries) return fail(entries.error());
  if (entries->empty()) return std::size_t{0};
  for (auto& entry : *entries) {
    auto memory = memory_.access();
    if (auto const* known = memory->tls.find(entry.kind, entry.name)) entry = merge(*known, entry);
    memory->tls.put(entry);
  }
  if (auto const kept = store::settle_import(facts_, *entries); !kept) return fail(kept.error());
  return entries->size();
}

bool MemoryKeeper::forget(policy::MemoryKind kind, std::string const& name) {
  bool const known = memory_.access()->tls.forget(kind, name);
  static_cast<void>(store::forget_memory(facts_, kind, name));  // what fails now expires
  return known;
}

}  // namespace postern::app

#include "app/server/last_sync.hpp"

#include <future>
#include <memory>

namespace postern::app {

void LastSync::opened(store::SegmentSpool& spool) { state_.access()->spool = &spool; }

void LastSync::closing() {
  auto state = state_.access();
  state->is_closing = state->spool != nullptr;
  state->spool = nullptr;
}

void LastSync::closed() {
  state_.access()->is_closing = false;
  has_closed_.notify_all();
}

void LastSync::sync() {
  auto const synced = std::make_shared<std::promise<void>>();
  auto const safe = synced->get_future();
  {
    auto state = state_.access();
    if (state->spool == nullptr) {
      has_closed_.wait(state.lock(), [&] { return !state->is_closing; });
      return;
    }
    // Asked while the spool cannot begin to close. From then on it answers, also by its end.
    state->spool->sync([synced](Result<void, store::SpoolError>) { synced->set_value(); });
  }
  safe.wait();
}

}  // namespace postern::app

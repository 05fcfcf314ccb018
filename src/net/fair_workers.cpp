#include "net/fair_workers.hpp"

namespace postern::net {

void FairWorkers::post(ClientNetwork const& who, Work call) {
  {
    auto state = state_.access();
    auto& queue = state->queues[who];
    queue.waiting.push_back(std::move(call));
    if (queue.waiting.size() == 1 && queue.running < share_.threads) state->turns.push_back(who);
  }
  pool_.post([this] { work(); });
}

// A call whose network has its share of threads is passed over here: one of those threads comes back for it.
void FairWorkers::work() {
  while (auto taken = take()) {
    taken->call();
    taken->call = Work();
    finished(taken->of);
  }
}

std::optional<FairWorkers::Taken> FairWorkers::take() {
  auto state = state_.access();
  if (state->turns.empty()) return std::nullopt;
  auto const who = state->turns.front();
  state->turns.pop_front();
  auto& queue = state->queues[who];
  Taken taken{who, std::move(queue.waiting.front())};
  queue.waiting.pop_front();
  ++queue.running;
  if (!queue.waiting.empty() && queue.running < share_.threads) state->turns.push_back(who);
  return taken;
}

void FairWorkers::finished(ClientNetwork const& of) {
  auto state = state_.access();
  auto const queue = state->queues.find(of);
  bool const had_its_share = queue->second.running == share_.threads;
  --queue->second.running;
  if (!queue->second.waiting.empty()) {
    if (had_its_share) state->turns.push_back(of);
  } else if (queue->second.running == 0) {
    state->queues.erase(queue);
  }
}

}  // namespace postern::net

#include "delivery/destination_queues.hpp"

#include <algorithm>
#include <iterator>

namespace postern::delivery {
namespace {

constexpr double local_window = 10;  // connections, or deliveries to mailboxes of ours
constexpr double first_remote_window = 5;
constexpr std::size_t share_of_probes = 4;  // a quarter of `connecting`

ConcurrencyWindow window_for(Route const& route, SlotLimits const& limits) {
  if (!is_remote(route)) return ConcurrencyWindow(local_window, local_window);
  return ConcurrencyWindow(first_remote_window, limits.connections_per_destination);
}

}  // namespace

void DestinationQueues::configure(SlotLimits limits, RetrySettings retry) {
  limits_ = limits;
  retry_ = retry;
}

DestinationQueuePtr DestinationQueues::submit(Route const& route, std::string const& sender,
                                              QueueEntry entry) {
  std::string name = print(route);
  auto& queue = queues_[name];
  if (!queue) queue = std::make_shared<DestinationQueue>(std::move(name), route, window_for(route, limits_));
  queue->entries.push(sender, std::move(entry));
  return queue;
}

DestinationQueuePtr DestinationQueues::find(std::string const& name) const {
  auto const found = queues_.find(name);
  return found == queues_.end() ? nullptr : found->second;
}

bool DestinationQueues::slot_is_free(DestinationQueue const& queue) const {
  if (open_connections_ >= limits_.connections || agents_ - open_connections_ >= limits_.connecting)
    return false;
  return !queue.window.failing() || probes_ < std::max<std::size_t>(1, limits_.connecting / share_of_probes);
}

void DestinationQueues::wait_in_line(DestinationQueue& queue) {
  if (std::exchange(queue.waits_for_slot, true)) return;
  auto& line = queue.window.failing() ? failing_line_ : living_line_;
  line.push_back(queue.name);
}

Grant DestinationQueues::grant(DestinationQueue& queue, std::size_t idle) {
  Grant grant;
  if (queue.window.throttled(clock_.now())) return grant;
  grant.wake = std::min(idle, queue.entries.size());
  grant.probes = queue.window.failing();
  std::size_t const lacking = queue.entries.size() - grant.wake;
  while (grant.start < lacking && queue.agents < queue.window.size()) {
    if (!slot_is_free(queue)) {
      wait_in_line(queue);
      break;
    }
    ++grant.start;
    ++queue.agents;
    ++agents_;
    probes_ += grant.probes ? 1 : 0;
  }
  return grant;
}

void DestinationQueues::release(DestinationQueue& queue, bool probed) {
  --queue.agents;
  --agents_;
  probes_ -= probed ? 1 : 0;
}

// A queue that is throttled, or has nothing left, has no use for a slot: the next one in line gets its turn.
DestinationQueuePtr DestinationQueues::next_in_line(Line line) {
  auto& names = line == Line::living ? living_line_ : failing_line_;
  while (!names.empty()) {
    auto const queue = find(names.front());
    names.pop_front();
    if (!queue) continue;
    queue->waits_for_slot = false;
    if (!queue->entries.empty() && !queue->window.throttled(clock_.now())) return queue;
  }
  return nullptr;
}

void DestinationQueues::forget_throttle(DestinationQueue const& queue) {
  throttled_.erase({queue.window.throttled_until(), queue.name});
}

void DestinationQueues::reached(DestinationQueue& queue) {
  forget_throttle(queue);
  queue.window.succeeded();
  queue.problem.clear();
}

void DestinationQueues::unreachable(DestinationQueue& queue, std::string why) {
  forget_throttle(queue);
  queue.window.failed(retry_, clock_.now(), random_);
  queue.problem = std::move(why);
  throttled_.emplace(queue.window.throttled_until(), queue.name);
}

void DestinationQueues::unthrottle(DestinationQueue& queue) {
  forget_throttle(queue);
  queue.window.unthrottle();
}

std::vector<DestinationQueuePtr> DestinationQueues::take_unthrottled() {
  forget_remembered();
  std::vector<DestinationQueuePtr> taken;
  while (!throttled_.empty() && throttled_.begin()->first <= clock_.now()) {
    if (auto queue = find(throttled_.begin()->second)) taken.push_back(std::move(queue));
    throttled_.erase(throttled_.begin());
  }
  return taken;
}

std::optional<Instant> DestinationQueues::next_unthrottled() const {
  if (throttled_.empty()) return std::nullopt;
  return throttled_.begin()->first;
}

std::vector<QueueEntry> DestinationQueues::take_stale(DestinationQueue& queue) {
  auto const now = clock_.now();
  auto stale = queue.entries.take_if([&](QueueEntry const& entry) {
    auto const age = now - entry.arrived();
    return age >= retry_.lifetime || (entry.wants_delay_notice && age >= retry_.delay_notice);
  });
  return std::vector<QueueEntry>(std::make_move_iterator(stale.begin()),
                                 std::make_move_iterator(stale.end()));
}

std::vector<QueueEntry> DestinationQueues::withdraw(std::function<bool(MessageId)> const& which) {
  std::vector<QueueEntry> taken;
  for (auto& [name, queue] : queues_)
    for (auto& entry : queue->entries.take_if([&](QueueEntry const& each) { return which(each.id); }))
      taken.push_back(std::move(entry));
  return taken;
}

void DestinationQueues::drop_if_idle(DestinationQueue const& queue) {
  if (queue.agents > 0 || !queue.entries.empty() || queue.window.throttled(clock_.now())) return;
  auto const remembered_until = queue.window.throttled_until() + retry_.longest;
  if (queue.window.failing() && clock_.now() < remembered_until) {
    remembered_.emplace(remembered_until, queue.name);
    return;
  }
  std::string const name = queue.name;  // the queue goes with its last owner
  queues_.erase(name);
}

void DestinationQueues::forget_remembered() {
  while (!remembered_.empty() && remembered_.begin()->first <= clock_.now()) {
    auto const queue = find(remembered_.begin()->second);
    remembered_.erase(remembered_.begin());
    if (queue) drop_if_idle(*queue);
  }
}

std::vector<DestinationView> DestinationQueues::views() const {
  std::vector<DestinationView> views;
  auto const now = clock_.now();
  for (auto const& [name, queue] : queues_) {
    auto const until = queue->window.throttled(now) ? queue->window.throttled_until() : Instant{};
    views.push_back({.destination = name,
                     .waiting = queue->entries.size(),
                     .agents = queue->agents,
                     .throttled_until = until,
                     .problem = queue->problem});
  }
  std::sort(views.begin(), views.end(),
            [](auto const& a, auto const& b) { return a.destination < b.destination; });
  return views;
}

}  // namespace postern::delivery

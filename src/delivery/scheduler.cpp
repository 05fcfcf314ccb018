// What is due, and the messages of the spool. The lanes are in lanes.cpp.
#include "delivery/scheduler.hpp"

#include <algorithm>

#include "net/wall_clock.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::minutes longest_sleep{1};  // the wall clock may be set

bool waits(wire::QueuedRecipient const& recipient) {
  return recipient.state == wire::RecipientState::waiting;
}

}  // namespace

Scheduler::Scheduler(net::EventLoop& loop, DeliveryServices services,
                     std::shared_ptr<DeliveryConfig const> config)
    : loop_(loop),
      services_(services),
      config_(std::move(config)),
      sts_(services.dns, fetchers_, services.sts_cache, services.log),
      hosts_(services.dns, sts_, services.random),
      settler_({loop, services.spool, services.evidence, services.log, services.counters, services.random}),
      timer_(loop.context()) {
  sts_.configure(config_->sts);
}

Scheduler::~Scheduler() = default;

void Scheduler::start() {
  loop_.post([this] {
    MessageId last;
    for (auto ids = services_.spool.list(last, 10'000); !ids.empty();
         ids = services_.spool.list(last, 10'000)) {
      for (auto id : ids) schedule(id, net::wall_clock());
      last = ids.back();
    }
    look();
  });
}

void Scheduler::accepted(std::vector<MessageId> const& ids) {
  loop_.post([this, ids] {
    for (auto id : ids) schedule(id, net::wall_clock());
    look();
  });
}

void Scheduler::retry(MessageId id) {
  loop_.post([this, id] {
    retry_on_loop(id);
    look();
  });
}

void Scheduler::retry_on_loop(MessageId id) {
  auto const envelope = services_.spool.envelope(id);
  if (!envelope) return;
  for (auto const& recipient : envelope->recipients) {
    auto const lane = lanes_.find(print(route_of(*envelope, recipient)));
    if (!waits(recipient) || lane == lanes_.end()) continue;
    resting_.erase({lane->second->limits.until(), lane->first});
    lane->second->limits.forget();
    run_lane(LanePtr(lane->second));
  }
  if (in_work_.contains(id)) return;
  std::vector<wire::Settlement> due;
  for (std::uint32_t i = 0; i < envelope->recipients.size(); ++i) {
    auto const& r = envelope->recipients[i];
    if (waits(r)) due.push_back({i, r.state, r.attempts, std::min(r.due, net::wall_clock()), r.last_reply});
  }
  services_.spool.settle(id, std::move(due));
  schedule(id, net::wall_clock());
}

void Scheduler::retry_all() {
  loop_.post([this] {
    MessageId last;
    for (auto ids = services_.spool.list(last, 10'000); !ids.empty();
         ids = services_.spool.list(last, 10'000)) {
      for (auto id : ids) retry_on_loop(id);
      last = ids.back();
    }
    look();
  });
}

void Scheduler::reload(std::shared_ptr<DeliveryConfig const> config) {
  loop_.post([this, config = std::move(config)]() mutable {
    config_ = std::move(config);
    sts_.configure(config_->sts);
    sort_again([](MessageId) { return true; });  // the ways may have changed
    start();
  });
}

void Scheduler::stop() {
  loop_.post([this] {
    stopping_ = true;
    timer_.cancel();
    for (auto& [key, lane] : lanes_)
      for (auto* idle : lane->idle) idle->cancel();
  });
}

void Scheduler::cut() {
  loop_.post([this] {
    for (auto& [key, lane] : lanes_)
      for (auto* transport : lane->transports) transport->cut();
  });
}

void Scheduler::schedule(MessageId id, Instant due) {
  if (in_work_.contains(id)) return;
  auto [known, is_new] = due_of_.try_emplace(id, due);
  if (!is_new) {
    if (known->second <= due) return;
    due_.erase({known->second, id});
    known->second = due;
  }
  due_.emplace(due, id);
}

void Scheduler::look() {
  if (stopping_) return;
  auto const at = net::wall_clock();
  while (!due_.empty() && due_.begin()->first <= at) {
    MessageId const id = due_.begin()->second;
    due_.erase(due_.begin());
    due_of_.erase(id);
    begin(id);
  }
  while (!resting_.empty() && resting_.begin()->first <= at) {
    auto const lane = lanes_.find(resting_.begin()->second);
    resting_.erase(resting_.begin());
    if (lane == lanes_.end()) continue;
    LanePtr const rested = lane->second;
    run_lane(rested);
    drop_if_empty(rested);
  }
  sleep();
}

void Scheduler::sleep() {
  Instant next = Instant::max();
  if (!due_.empty()) next = due_.begin()->first;
  if (!resting_.empty()) next = std::min(next, resting_.begin()->first);
  if (next == Instant::max()) return;
  auto const wait = std::clamp<std::chrono::steady_clock::duration>(
      next - net::wall_clock(), std::chrono::milliseconds(1), longest_sleep);
  timer_.expires_after(wait);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

void Scheduler::begin(MessageId id) {
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return;
  auto const at = net::wall_clock();
  std::map<std::string, std::pair<Route, Work>> groups;
  Instant next = Instant::max();
  for (std::uint32_t i = 0; i < envelope->recipients.size(); ++i) {
    auto const& recipient = envelope->recipients[i];
    if (!waits(recipient)) continue;
    if (recipient.due > at) {
      next = std::min(next, recipient.due);
      continue;
    }
    auto route = route_of(*envelope, recipient);
    std::string key = print(route);
    auto& [to, work] = groups[key];
    to = std::move(route);
    work.id = id;
    work.recipients.push_back(i);
    work.wants_delay_notice = work.wants_delay_notice || recipient.notify.delay;
  }
  if (groups.empty()) {
    if (next != Instant::max()) schedule(id, next);
    return;
  }
  in_work_[id] = groups.size();
  std::string const owner = envelope->sender();
  for (auto& [key, group] : groups) {
    auto const lane = lane_for(group.first);
    lane->waiting.push(owner, std::move(group.second));
    run_lane(lane);
  }
}

Route Scheduler::route_of(wire::Envelope const& envelope, wire::QueuedRecipient const& recipient) const {
  return route_for(*config_->directory, config_->routes, envelope, recipient);
}

// What waits in the lanes is sorted anew: `which` says of a message whether it is.
template <class Which>
void Scheduler::sort_again(Which which) {
  std::vector<MessageId> taken;
  for (auto& [key, lane] : lanes_)
    for (auto& work : lane->waiting.take_if([&](Work const& w) { return which(w.id); }))
      taken.push_back(work.id);
  for (auto id : taken) work_done(id);
}

void Scheduler::move(MessageId id) {
  loop_.post([this, id] {
    sort_again([id](MessageId each) { return each == id; });
    if (in_work_.contains(id)) moved_in_work_.insert(id);  // an attempt on the old way is still under way
    retry_on_loop(id);
    look();
  });
}

void Scheduler::work_done(MessageId id) {
  auto const left = in_work_.find(id);
  if (left == in_work_.end() || --left->second > 0) return;
  in_work_.erase(left);
  if (moved_in_work_.erase(id) > 0) {
    retry_on_loop(id);
    return look();
  }
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return;
  Instant next = Instant::max();
  for (auto const& recipient : envelope->recipients)
    if (waits(recipient)) next = std::min(next, recipient.due);
  if (next == Instant::max()) return;
  bool const first = due_.empty() || next < due_.begin()->first;
  schedule(id, next);
  if (first) look();
}

}  // namespace postern::delivery

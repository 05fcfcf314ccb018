#include "delivery/scheduler.hpp"

#include <algorithm>

#include "delivery/due_entries.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::minutes longest_sleep{1};  // the wall clock may be set

}  // namespace

Scheduler::Scheduler(net::EventLoop& loop, DeliveryServices services,
                     std::shared_ptr<DeliveryConfig const> config)
    : Scheduler(loop,
                {services.spool, services.evidence, services.log, services.counters, services.random,
                 services.clock},
                std::make_unique<Transports>(loop, services), std::move(config)) {}

Scheduler::Scheduler(net::EventLoop& loop, SchedulerServices services,
                     std::unique_ptr<TransportFactory> transports,
                     std::shared_ptr<DeliveryConfig const> config)
    : loop_(loop),
      services_(services),
      transports_(std::move(transports)),
      config_(std::move(config)),
      queues_(services.clock, services.random, transports_->open_connections()),
      outcomes_({loop, services.spool, services.evidence, services.log, services.counters, services.random,
                 services.clock}),
      agents_({loop, services.spool, services.log, services.counters, *transports_, outcomes_, queues_},
              [this](MessageId id) { finished(id); }),
      timer_(loop.context()) {
  configure();
}

Scheduler::~Scheduler() = default;

void Scheduler::configure() {
  auto const& send = config_->smtp->send;
  transports_->configure(config_);
  queues_.configure({.connections = send.connections,
                     .connecting = send.connecting,
                     .connections_per_destination = send.connections_per_destination},
                    config_->retry);
  agents_.configure({config_->hostname, config_->retry}, send.idle);
}

void Scheduler::start() {
  loop_.post([this] {
    store::for_each_id(services_.spool, [this](MessageId id) { due_.submit(id, services_.clock.now()); });
    look();
  });
}

void Scheduler::accepted(std::vector<MessageId> const& ids) {
  loop_.post([this, ids] {
    for (auto const id : ids) due_.submit(id, services_.clock.now());
    look();
  });
}

void Scheduler::retry(MessageId id) {
  loop_.post([this, id] {
    retry_now(id);
    look();
  });
}

void Scheduler::retry_all() {
  loop_.post([this] {
    store::for_each_id(services_.spool, [this](MessageId id) { retry_now(id); });
    look();
  });
}

void Scheduler::move(MessageId id) {
  loop_.post([this, id] {
    route_again([id](MessageId each) { return each == id; });
    due_.reroute(id);  // an attempt by the old route may still be under way
    retry_now(id);
    look();
  });
}

void Scheduler::reload(std::shared_ptr<DeliveryConfig const> config) {
  loop_.post([this, config = std::move(config)]() mutable {
    config_ = std::move(config);
    configure();
    route_again([](MessageId) { return true; });  // the routes may have changed
    start();
  });
}

void Scheduler::stop() {
  loop_.post([this] {
    stopping_ = true;
    timer_.cancel();
    agents_.stop();
  });
}

void Scheduler::cut() {
  loop_.post([this] { agents_.cut(); });
}

void Scheduler::destinations(OnDestinations tell) {
  loop_.post([this, tell = std::move(tell)] { tell(queues_.views()); });
}

void Scheduler::look() {
  if (stopping_) return;
  while (auto const id = due_.take_due(services_.clock.now())) begin(*id);
  for (auto const& queue : queues_.take_unthrottled()) {
    agents_.serve(queue);
    queues_.drop_if_idle(*queue);
  }
  wakes_at_ = Instant::max();
  sleep();
}

void Scheduler::sleep() {
  if (stopping_) return;
  auto const now = services_.clock.now();
  Instant next = now + longest_sleep;
  if (auto const due = due_.next()) next = std::min(next, *due);
  if (auto const unthrottled = queues_.next_unthrottled()) next = std::min(next, *unthrottled);
  if (next >= wakes_at_) return;
  wakes_at_ = next;
  timer_.expires_after(
      std::max<std::chrono::steady_clock::duration>(next - now, std::chrono::milliseconds(1)));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

// Hands a message that is due to the queues of its destinations; recipients whose time has not come wait.
void Scheduler::begin(MessageId id) {
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return;
  auto entries =
      due_entries(id, *envelope, services_.clock.now(),
                  [&](wire::QueuedRecipient const& recipient) { return route_of(*envelope, recipient); });
  if (entries.empty()) return submit_again(id);
  due_.begin(id, entries.size());
  for (auto& [route, entry] : entries)
    agents_.serve(queues_.submit(route, envelope->sender(), std::move(entry)));
}

void Scheduler::submit_again(MessageId id) {
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return;
  if (auto const next = next_due(*envelope); next != Instant::max()) due_.submit(id, next);
}

void Scheduler::finished(MessageId id) {
  switch (due_.done(id)) {
    case DueQueue::Left::others: break;
    case DueQueue::Left::nothing: submit_again(id); break;
    case DueQueue::Left::rerouted: retry_now(id); break;
  }
  sleep();
}

void Scheduler::unthrottle_destinations(wire::Envelope const& envelope) {
  for (auto const& recipient : envelope.recipients) {
    if (recipient.state != wire::RecipientState::waiting) continue;
    auto const queue = queues_.find(print(route_of(envelope, recipient)));
    if (!queue) continue;
    queues_.unthrottle(*queue);
    agents_.serve(queue);
  }
}

void Scheduler::retry_now(MessageId id) {
  auto const envelope = services_.spool.envelope(id);
  if (!envelope) return;
  unthrottle_destinations(*envelope);
  if (due_.in_work(id)) return;
  auto const now = services_.clock.now();
  std::vector<wire::Settlement> due;
  for (std::uint32_t i = 0; i < envelope->recipients.size(); ++i) {
    auto const& r = envelope->recipients[i];
    if (r.state == wire::RecipientState::waiting)
      due.push_back({i, r.state, r.attempts, std::min(r.due, now), r.last_reply});
  }
  services_.spool.settle(id, std::move(due));
  due_.submit(id, now);
}

// Takes entries back from their queues; where nothing of a message is under way any more, it is due at once.
void Scheduler::route_again(std::function<bool(MessageId)> const& which) {
  for (auto const id : queues_.withdraw(which)) finished(id);
}

Route Scheduler::route_of(wire::Envelope const& envelope, wire::QueuedRecipient const& recipient) const {
  return route_for(*config_->directory, config_->routes, envelope, recipient);
}

}  // namespace postern::delivery

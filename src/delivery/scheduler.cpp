#include "delivery/scheduler.hpp"

#include <algorithm>
#include <numeric>

#include "delivery/due_entries.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::minutes longest_sleep{1};  // the wall clock may be set

std::vector<std::uint32_t> indexes_of_all(wire::Envelope const& envelope) {
  std::vector<std::uint32_t> indexes(envelope.recipients.size());
  std::iota(indexes.begin(), indexes.end(), std::uint32_t{0});
  return indexes;
}

bool is_waiting(wire::QueuedRecipient const& recipient) {
  return recipient.state == wire::RecipientState::waiting;
}

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
              [this](QueueEntry const& entry) { finished(entry); }),
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
    store::for_each_id(services_.spool, [this](MessageId id) { take_up(id); });
    look();
  });
}

void Scheduler::accepted(std::vector<MessageId> const& ids) {
  loop_.post([this, ids] {
    for (auto const id : ids) take_up(id);
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
  for (auto due = due_.take_due(services_.clock.now()); !due.empty();
       due = due_.take_due(services_.clock.now()))
    for (auto const& one : due) begin_due(one);
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

void Scheduler::take_up(MessageId id) {
  if (stopping_) return;
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return;
  begin(id, *envelope, indexes_of_all(*envelope));
}

void Scheduler::begin_due(DueQueue::Due const& due) {
  auto const envelope = services_.spool.envelope_for(due.id, due.recipients);
  if (!envelope || envelope->held) return;
  begin(due.id, *envelope, due.recipients);
}

// Hands the recipients that are due to the queues of their destinations; those whose time has not come wait.
void Scheduler::begin(MessageId id, wire::Envelope const& envelope,
                      std::vector<std::uint32_t> const& spool_indexes) {
  auto const now = services_.clock.now();
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < envelope.recipients.size(); ++i) {
    auto const& recipient = envelope.recipients[i];
    if (!is_waiting(recipient) || due_.in_work(id, spool_indexes[i])) continue;
    if (recipient.due > now)
      due_.submit(id, spool_indexes[i], recipient.due);
    else
      chosen.push_back(i);
  }
  auto entries = entries_for(id, envelope, chosen, [&](wire::QueuedRecipient const& recipient) {
    return route_of(envelope, recipient);
  });
  for (auto const index : chosen) due_.begin(id, spool_indexes[index]);
  for (auto& [route, entry] : entries) {
    for (auto& index : entry.recipients) index = spool_indexes[index];
    agents_.serve(queues_.submit(route, envelope.sender(), std::move(entry)));
  }
}

void Scheduler::finished(QueueEntry const& entry) {
  auto const envelope = services_.spool.envelope_for(entry.id, entry.recipients);
  std::vector<std::uint32_t> rerouted;
  for (std::size_t i = 0; i < entry.recipients.size(); ++i) {
    auto const left = due_.done(entry.id, entry.recipients[i]);
    if (!envelope || envelope->held || !is_waiting(envelope->recipients[i])) continue;
    if (left == DueQueue::Left::rerouted)
      rerouted.push_back(entry.recipients[i]);
    else
      due_.submit(entry.id, entry.recipients[i], envelope->recipients[i].due);
  }
  if (!rerouted.empty())
    if (auto const theirs = services_.spool.envelope_for(entry.id, rerouted))
      make_due(entry.id, *theirs, rerouted);
  sleep();
}

void Scheduler::unthrottle_destinations(wire::Envelope const& envelope) {
  for (auto const& recipient : envelope.recipients) {
    if (!is_waiting(recipient)) continue;
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
  make_due(id, *envelope, indexes_of_all(*envelope));
}

// Now: recipients that wait, and are not in work.
void Scheduler::make_due(MessageId id, wire::Envelope const& envelope,
                         std::vector<std::uint32_t> const& spool_indexes) {
  auto const now = services_.clock.now();
  std::vector<wire::Settlement> settlements;
  for (std::uint32_t i = 0; i < envelope.recipients.size(); ++i) {
    auto const& recipient = envelope.recipients[i];
    auto const index = spool_indexes[i];
    if (!is_waiting(recipient) || due_.in_work(id, index)) continue;
    settlements.push_back(
        {index, recipient.state, recipient.attempts, std::min(recipient.due, now), recipient.last_reply});
    if (!envelope.held) due_.submit(id, index, now);
  }
  if (!settlements.empty()) services_.spool.settle(id, std::move(settlements));
}

// Takes entries back from their queues; their recipients are due when the spool says so.
void Scheduler::route_again(std::function<bool(MessageId)> const& which) {
  for (auto const& entry : queues_.withdraw(which)) finished(entry);
}

Route Scheduler::route_of(wire::Envelope const& envelope, wire::QueuedRecipient const& recipient) const {
  return route_for(*config_->directory, config_->routes, envelope, recipient);
}

}  // namespace postern::delivery

#include "delivery/scheduler.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "delivery/lmtp_out.hpp"
#include "delivery/maildir.hpp"
#include "delivery/report_message.hpp"
#include "net/wall_clock.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::minutes longest_sleep{1};  // the wall clock may be set

std::string_view word(Ending ending) {
  switch (ending) {
    case Ending::delivered: return "delivered";
    case Ending::deferred: return "deferred";
    case Ending::failed: return "failed";
  }
  return {};
}

store::DeliveryOutcome to_fact(Ending ending) {
  switch (ending) {
    case Ending::delivered: return store::DeliveryOutcome::delivered;
    case Ending::deferred: return store::DeliveryOutcome::deferred;
    case Ending::failed: return store::DeliveryOutcome::failed;
  }
  return store::DeliveryOutcome::deferred;
}

Count to_count(Ending ending) {
  switch (ending) {
    case Ending::delivered: return Count::delivered;
    case Ending::deferred: return Count::delivery_deferred;
    case Ending::failed: return Count::bounced;
  }
  return Count::delivery_deferred;
}

bool waits_here(policy::Directory const& directory, wire::QueuedRecipient const& recipient) {
  return recipient.state == wire::RecipientState::waiting &&
         !std::holds_alternative<OutboundRoute>(route_for(directory, recipient.address));
}

}  // namespace

Scheduler::Scheduler(net::EventLoop& loop, DeliveryServices services,
                     std::shared_ptr<DeliveryConfig const> config)
    : loop_(loop), services_(services), config_(std::move(config)), timer_(loop.context()) {}

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
    auto const envelope = services_.spool.envelope(id);
    if (!envelope || in_work_.contains(id)) return;
    std::vector<wire::Settlement> due;
    for (std::uint32_t i = 0; i < envelope->recipients.size(); ++i) {
      auto const& r = envelope->recipients[i];
      if (r.state == wire::RecipientState::waiting)
        due.push_back({i, r.state, r.attempts, net::wall_clock(), r.last_reply});
    }
    services_.spool.settle(id, std::move(due));
    schedule(id, net::wall_clock());
    look();
  });
}

void Scheduler::retry_all() {
  loop_.post([this] {
    MessageId last;
    for (auto ids = services_.spool.list(last, 10'000); !ids.empty();
         ids = services_.spool.list(last, 10'000)) {
      for (auto id : ids) retry(id);
      last = ids.back();
    }
  });
}

void Scheduler::reload(std::shared_ptr<DeliveryConfig const> config) {
  loop_.post([this, config = std::move(config)]() mutable {
    config_ = std::move(config);
    start();  // what had nowhere to go may have now
  });
}

void Scheduler::stop() {
  loop_.post([this] {
    stopping_ = true;
    timer_.cancel();
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
  while (!due_.empty() && due_.begin()->first <= at && in_work_.size() < messages_in_work) {
    MessageId const id = due_.begin()->second;
    due_.erase(due_.begin());
    due_of_.erase(id);
    begin(id);
  }
  if (due_.empty() || in_work_.size() >= messages_in_work) return;
  timer_.expires_after(std::min<std::chrono::steady_clock::duration>(
      std::max(due_.begin()->first - at, Duration(1000)), longest_sleep));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

void Scheduler::begin(MessageId id) {
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return;
  auto const at = net::wall_clock();
  std::map<std::string, Work> groups;
  Instant next = Instant::max();
  for (std::uint32_t i = 0; i < envelope->recipients.size(); ++i) {
    auto const& recipient = envelope->recipients[i];
    if (!waits_here(*config_->directory, recipient)) continue;
    if (recipient.due > at) {
      next = std::min(next, recipient.due);
      continue;
    }
    auto route = route_for(*config_->directory, recipient.address);
    std::string key = print(route);
    auto& group = groups[key];
    group.id = id;
    group.route = std::move(route);
    group.recipients.push_back(i);
  }
  if (groups.empty()) {
    if (next != Instant::max()) schedule(id, next);
    return;
  }
  if (groups.size() == 1 && std::holds_alternative<DiscardRoute>(groups.begin()->second.route)) {
    Attempt const attempt{id, *envelope, groups.begin()->second.recipients};
    settle(attempt, "discard", same_for_all(attempt, {250, {2, 0, 0}, "discarded"}));
    return;
  }
  in_work_[id] = groups.size();
  for (auto& [key, group] : groups) {
    lanes_[key].waiting.push_back(std::move(group));
    run_lane(key);
  }
}

void Scheduler::run_lane(std::string const& key) {
  auto& lane = lanes_[key];
  while (!lane.waiting.empty() && lane.running < at_once_per_destination) {
    ++lane.running;
    Work next = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    boost::asio::co_spawn(loop_.context(), work(key, std::move(next)), boost::asio::detached);
  }
  if (lane.running == 0) lanes_.erase(key);
}

net::Task<void> Scheduler::work(std::string key, Work work) {
  if (auto envelope = services_.spool.envelope(work.id); envelope && !envelope->held) {
    Attempt one{work.id, std::move(*envelope), std::move(work.recipients)};
    auto outcomes = co_await attempt(work.route, one);
    co_await conclude(std::move(one), key, std::move(outcomes));
  }
  --lanes_[key].running;
  group_done(work.id);
  if (!stopping_) run_lane(key);
}

net::Task<std::vector<RecipientOutcome>> Scheduler::attempt(Route route, Attempt attempt) {
  auto const config = config_;
  if (auto const* lmtp = std::get_if<LmtpRoute>(&route))
    co_return co_await deliver_by_lmtp(loop_, services_.spool, lmtp->target, config->hostname,
                                       std::move(attempt));
  if (std::holds_alternative<DiscardRoute>(route))
    co_return same_for_all(attempt, {250, {2, 0, 0}, "discarded"});
  auto const* maildir = std::get_if<MaildirRoute>(&route);
  if (maildir == nullptr) co_return same_for_all(attempt, {550, {5, 1, 1}, "No such user here"});
  auto deliver = [config, pattern = maildir->path, attempt, &files = services_.files,
                  &spool = services_.spool] {
    std::vector<RecipientOutcome> outcomes;
    for (auto recipient : attempt.recipients) {
      auto const path =
          maildir_path(pattern, attempt.envelope.recipients[recipient].address, *config->directory);
      outcomes.push_back(deliver_to_maildir(files, spool, path, config->hostname, attempt, recipient));
    }
    return outcomes;
  };
  co_return co_await workers_.run(std::move(deliver));
}

net::Task<void> Scheduler::conclude(Attempt attempt, std::string destination,
                                    std::vector<RecipientOutcome> outcomes) {
  auto const at = net::wall_clock();
  for (auto& outcome : outcomes) {  // time is up: what failed for now fails for good
    if (outcome.ending != Ending::deferred || at - attempt.envelope.arrived < config_->retry.lifetime)
      continue;
    outcome.ending = Ending::failed;
    outcome.reply.status = {5, 4, 7};
    outcome.reply.text += " (gave up after " + print_duration(config_->retry.lifetime) + ")";
  }
  co_await report(wire::Action::delivered, &attempt, &outcomes);
  if (!co_await report(wire::Action::failed, &attempt, &outcomes))
    for (auto& outcome : outcomes)  // the report could not be kept: the failure waits until it can
      if (outcome.ending == Ending::failed) outcome.ending = Ending::deferred;
  settle(attempt, destination, outcomes);
}

net::Task<bool> Scheduler::report(wire::Action action, Attempt const* attempt,
                                  std::vector<RecipientOutcome> const* outcomes) {
  auto const id = services_.spool.next_id();
  auto message =
      make_report(action, *attempt, *outcomes, services_.spool, config_->hostname, id, net::wall_clock());
  if (!message) co_return true;
  auto kept = std::make_shared<net::OneShot<bool>>();
  services_.spool.accept(id, std::move(message->content), message->envelope, [this, kept](auto result) {
    loop_.post([kept, result] { kept->set(result.has_value()); });
  });
  bool const safe = co_await kept->wait();
  services_.log.write(LogEvent(safe ? Severity::info : Severity::error, "report")
                          .add("id", id.print())
                          .add("about", attempt->id.print())
                          .add("action", action == wire::Action::failed ? "failed" : "delivered")
                          .add("to", attempt->envelope.sender())
                          .add("kept", safe ? 1 : 0));
  co_return safe;
}

void Scheduler::settle(Attempt const& attempt, std::string const& destination,
                       std::vector<RecipientOutcome> const& outcomes) {
  std::vector<wire::Settlement> settlements;
  for (auto const& outcome : outcomes) {
    auto const& recipient = attempt.envelope.recipients[outcome.recipient];
    wire::Settlement settlement{outcome.recipient, wire::RecipientState::waiting, recipient.attempts + 1,
                                recipient.due, outcome.reply.one_line()};
    put_off(settlement, attempt.envelope, outcome);
    services_.counters.add(to_count(outcome.ending));
    if (services_.log.takes(Severity::info)) {
      LogEvent event(outcome.ending == Ending::delivered ? Severity::info : Severity::warning, "delivery");
      services_.log.write(event.add("id", attempt.id.print())
                              .add("outcome", word(outcome.ending))
                              .add("to", recipient.address.print())
                              .add("from", attempt.envelope.reverse_path ? attempt.envelope.sender() : "<>")
                              .add("destination", destination)
                              .add("attempt", settlement.attempts)
                              .add("reply", settlement.reply));
    }
    services_.evidence.record(store::DeliveryRecord{attempt.id, net::wall_clock(), recipient.address.print(),
                                                    destination, settlement.attempts, to_fact(outcome.ending),
                                                    settlement.reply});
    settlements.push_back(std::move(settlement));
  }
  services_.spool.settle(attempt.id, std::move(settlements));
}

void Scheduler::put_off(wire::Settlement& settlement, wire::Envelope const& envelope,
                        RecipientOutcome const& outcome) {
  switch (outcome.ending) {
    case Ending::delivered: settlement.state = wire::RecipientState::delivered; return;
    case Ending::failed: settlement.state = wire::RecipientState::failed; return;
    case Ending::deferred: break;
  }
  auto const next = next_attempt(config_->retry, net::wall_clock(), settlement.attempts, services_.random);
  settlement.due = std::min(
      next, std::max(envelope.arrived + config_->retry.lifetime, net::wall_clock() + config_->retry.first));
}

void Scheduler::group_done(MessageId id) {
  auto const left = in_work_.find(id);
  if (left == in_work_.end() || --left->second > 0) return;
  in_work_.erase(left);
  auto const envelope = services_.spool.envelope(id);
  if (!envelope || envelope->held) return look();
  Instant next = Instant::max();
  for (auto const& recipient : envelope->recipients)
    if (waits_here(*config_->directory, recipient)) next = std::min(next, recipient.due);
  if (next != Instant::max()) schedule(id, next);
  look();
}

}  // namespace postern::delivery

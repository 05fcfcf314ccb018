// The lanes of the scheduler: couriers, limits, destinations that rest.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "delivery/scheduler.hpp"
#include "net/wall_clock.hpp"

namespace postern::delivery {
namespace {

constexpr double local_at_once = 10;
constexpr double remote_first = 5;

}  // namespace

Scheduler::LanePtr Scheduler::lane_for(Route const& route) {
  std::string key = print(route);
  auto& lane = lanes_[key];
  if (!lane) {
    double const most = is_remote(route) ? config_->smtp->send.connections_per_destination : local_at_once;
    lane = std::make_shared<Lane>(std::move(key), route,
                                  DestinationLimits(is_remote(route) ? remote_first : most, most));
  }
  return lane;
}

// Who connects to a dead host waits long for nothing. So that he keeps nobody from living ones, connections
// being opened are counted apart, and those whose last attempt failed get a quarter of them.
bool Scheduler::may_start(Lane const& lane) const {
  auto const& send = config_->smtp->send;
  if (open_ >= send.connections || couriers_ - open_ >= send.connecting) return false;
  return !lane.limits.failing() || doubtful_ < std::max<std::size_t>(1, send.connecting / 4);
}

void Scheduler::run_lane(LanePtr const& lane) {
  if (stopping_) return;
  if (lane->limits.suspended(net::wall_clock())) return;
  std::size_t waiting = lane->waiting.size();
  for (auto* idle : std::exchange(lane->idle, {})) {
    if (waiting == 0) {
      lane->idle.push_back(idle);
      continue;
    }
    --waiting;
    idle->cancel();
  }
  while (waiting > 0 && lane->running < lane->limits.at_once()) {
    if (!may_start(*lane)) {
      if (!std::exchange(lane->hungry, true))
        (lane->limits.failing() ? hungry_doubtful_ : hungry_).push_back(lane->key);
      return;
    }
    --waiting;
    ++lane->running;
    ++couriers_;
    boost::asio::co_spawn(loop_.context(), run_courier(lane), [this](std::exception_ptr error) {
      if (!error) return;
      services_.counters.add(Count::sessions_unexpected_errors);
      try {
        std::rethrow_exception(error);
      } catch (std::exception const& e) {
        services_.log.write(LogEvent(Severity::error, "courier-failed").add("reason", e.what()));
      }
    });
  }
}

void Scheduler::feed(std::deque<std::string>& hungry) {
  if (hungry.empty()) return;
  auto const found = lanes_.find(hungry.front());
  hungry.pop_front();
  if (found == lanes_.end()) return;
  LanePtr const lane = found->second;
  lane->hungry = false;
  run_lane(lane);
}

// One courier: takes what waits, one message after the other, on one connection while it lasts.
net::Task<void> Scheduler::run_courier(LanePtr lane) {
  bool const doubtful = lane->limits.failing();
  doubtful_ += doubtful ? 1 : 0;
  auto transport = make_transport(lane->route);
  lane->transports.push_back(transport.get());
  for (bool going = true; going && !stopping_;) {
    if (lane->waiting.empty()) {
      if (!transport->keeps_connection()) break;
      going = co_await wait_for_work(lane);
      continue;
    }
    Work work = lane->waiting.pop();
    going = co_await carry(lane, transport.get(), std::move(work));
    going = going && lane->running <= lane->limits.at_once();
  }
  co_await transport->close();
  std::erase(lane->transports, transport.get());
  --lane->running;
  --couriers_;
  doubtful_ -= doubtful ? 1 : 0;
  run_lane(lane);
  drop_if_empty(lane);
  feed(hungry_);
  feed(hungry_doubtful_);
}

net::Task<bool> Scheduler::wait_for_work(LanePtr lane) {
  LaneTimer timer(loop_.context(), config_->smtp->send.idle);
  lane->idle.push_back(&timer);
  auto [cancelled] = co_await timer.async_wait(net::quietly);
  std::erase(lane->idle, &timer);
  co_return cancelled && !stopping_;
}

// Whether the courier may go on.
net::Task<bool> Scheduler::carry(LanePtr lane, Transport* transport, Work work) {
  auto envelope = services_.spool.envelope(work.id);
  if (!envelope || envelope->held) {
    work_done(work.id);
    co_return true;
  }
  Attempt attempt{work.id, std::move(*envelope), std::move(work.recipients)};
  auto delivered = co_await transport->deliver(attempt);
  bool const others =
      std::any_of(lane->transports.begin(), lane->transports.end(),
                  [transport](auto const* each) { return each != transport && each->keeps_connection(); });
  if (!delivered.reached && others) {  // it takes no more connections than those: they will carry this, too
    lane->limits.crowded();
    lane->waiting.push(attempt.envelope.sender(), {attempt.id, std::move(attempt.recipients), false});
    co_return false;
  }
  if (delivered.reached) {
    if (lane->limits.failing()) resting_.erase({lane->limits.until(), lane->key});
    lane->limits.succeeded();
    lane->problem.clear();
  } else {
    destination_failed(
        lane, delivered.outcomes.empty() ? std::string() : delivered.outcomes.front().reply.one_line());
  }
  SettleConfig const config{config_->hostname, config_->retry};
  co_await settler_.conclude(config, std::move(attempt), lane->key, std::move(delivered.outcomes),
                             lane->limits.until());
  work_done(work.id);
  if (!delivered.reached) co_await conclude_stale(lane);
  co_return delivered.reached;
}

void Scheduler::destination_failed(LanePtr const& lane, std::string const& why) {
  resting_.erase({lane->limits.until(), lane->key});
  lane->limits.failed(config_->retry, net::wall_clock(), services_.random);
  lane->problem = why;
  resting_.emplace(lane->limits.until(), lane->key);
  sleep();
}

// What waits for a destination that rests is not tried one by one; but those whose time is up, or whose delay
// is to be told, learn what the one that was tried has found.
net::Task<void> Scheduler::conclude_stale(LanePtr lane) {
  auto const now = net::wall_clock();
  auto const& retry = config_->retry;
  auto stale = lane->waiting.take_if([&](Work const& work) {
    auto const age = now - work.arrived();
    return age >= retry.lifetime || (work.wants_delay_notice && age >= retry.delay_notice);
  });
  for (auto& work : stale) {
    auto envelope = services_.spool.envelope(work.id);
    if (envelope && !envelope->held) {
      Attempt attempt{work.id, std::move(*envelope), std::move(work.recipients)};
      auto outcomes = same_for_all(attempt, {451, {4, 4, 1}, lane->problem});
      SettleConfig const config{config_->hostname, config_->retry};
      co_await settler_.conclude(config, std::move(attempt), lane->key, std::move(outcomes),
                                 lane->limits.until());
    }
    work_done(work.id);
  }
}

std::unique_ptr<Transport> Scheduler::make_transport(Route const& route) {
  if (is_remote(route) || std::holds_alternative<LmtpRoute>(route))
    return std::make_unique<SmtpTransport>(
        SmtpServices{loop_, services_.spool, services_.evidence, hosts_, services_.log, session_ids_, open_,
                     services_.counters},
        config_->smtp, route);
  return std::make_unique<LocalTransport>(LocalServices{services_.files, services_.spool, workers_},
                                          config_->directory, config_->hostname, route);
}

void Scheduler::drop_if_empty(LanePtr const& lane) {
  bool const resting = lane->limits.suspended(net::wall_clock());
  if (lane->running == 0 && lane->waiting.empty() && !resting) lanes_.erase(lane->key);
}

void Scheduler::lanes(OnLanes tell) {
  loop_.post([this, tell = std::move(tell)] {
    std::vector<LaneView> views;
    auto const now = net::wall_clock();
    for (auto const& [key, lane] : lanes_)
      views.push_back({key, lane->waiting.size(), lane->running,
                       lane->limits.suspended(now) ? lane->limits.until() : Instant{}, lane->problem});
    std::sort(views.begin(), views.end(),
              [](auto const& a, auto const& b) { return a.destination < b.destination; });
    tell(std::move(views));
  });
}

}  // namespace postern::delivery

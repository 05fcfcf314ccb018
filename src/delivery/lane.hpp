// What waits for one destination, and how it does. Of one loop.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/message_id.hpp"
#include "delivery/destination_limits.hpp"
#include "delivery/fair_queue.hpp"
#include "delivery/route.hpp"
#include "delivery/transport.hpp"
#include "net/task.hpp"

namespace postern::delivery {

using LaneTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, net::Executor>;

struct Work {  // a message, for some of its recipients
  MessageId id;
  std::vector<std::uint32_t> recipients;
  bool wants_delay_notice = false;

  Instant arrived() const { return from_micros(static_cast<std::int64_t>(id.value)); }  // about
};

struct Lane {
  Lane(std::string name, Route to, DestinationLimits bounds)
      : key(std::move(name)), route(std::move(to)), limits(bounds) {}

  std::string key;
  Route route;
  DestinationLimits limits;
  FairQueue<Work> waiting;
  std::size_t running = 0;             // couriers
  std::vector<Transport*> transports;  // theirs
  std::vector<LaneTimer*> idle;        // couriers with an open connection that wait for work
  bool hungry = false;                 // waits for a courier
  std::string problem;                 // why nobody could be reached the last time
};

// What the owner sees of a destination.
struct LaneView {
  std::string destination;
  std::size_t waiting = 0;
  std::size_t running = 0;
  Instant suspended_until{};  // not before; 1970: not suspended
  std::string problem;
};

}  // namespace postern::delivery

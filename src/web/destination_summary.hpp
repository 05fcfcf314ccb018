// What waits in the queue, by destination: how much, since when, and why.
#pragma once

#include <boost/json/array.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "wire/envelope.hpp"

namespace postern::web {

// The destination of one of a message's recipients, for people; also what it is limited by.
using DestinationOf = std::function<std::string(wire::Envelope const&, wire::QueuedRecipient const&)>;

struct DestinationState {  // of one that is being delivered to, or throttled
  std::string destination;
  std::size_t connections = 0;
  Instant throttled_until{};  // 1970: it is not throttled
  std::string problem;
};

class DestinationSummary {
 public:
  explicit DestinationSummary(DestinationOf destination) : destination_(std::move(destination)) {}

  void add(wire::Envelope const& envelope);
  boost::json::array print(std::vector<DestinationState> const& states) const;  // most first

 private:
  struct Entry {
    std::uint64_t recipients = 0;
    std::uint64_t held = 0;
    Instant oldest = Instant::max();
    Instant next = Instant::max();
    std::uint32_t attempts = 0;  // of the one that `last_reply` is about
    std::string last_reply;
  };

  DestinationOf destination_;
  std::map<std::string, Entry> entries_;
};

}  // namespace postern::web

// Shows a message to the content filters that are configured, one after the other in the order in which they
// are written, before it is accepted: each sees what those before it have changed. What they say comes to
// policy::FilterFacts. A filter that does not answer never costs the mail: it passes flagged, or is deferred,
// as the owner wishes. Thread: its event loop. Lifetime: services, facts and configuration outlive it.
#pragma once

#include <string>

#include "net/event_loop.hpp"
#include "net/stop_state.hpp"
#include "net/task.hpp"
#include "policy/facts.hpp"
#include "policy/filter_facts.hpp"
#include "session/filter_call.hpp"
#include "session/filtered_message.hpp"
#include "session/gate_config.hpp"
#include "session/services.hpp"

namespace postern::session {

bool any_filter_sees(GateConfig const& config, policy::ConnectionFacts const& connection);

class MessageFilters {
 public:
  MessageFilters(net::EventLoop& loop, Services const& services, GateConfig const& config,
                 policy::Facts const& facts, net::StopToken stop)
      : loop_(loop), services_(services), config_(config), facts_(facts), stop_(stop) {}

  // Of the message that stands in facts. `message` is what they have made of it afterwards.
  net::Task<policy::FilterFacts> run(FilteredMessage* message);

 private:
  net::Task<FilterResult> ask(FilterConfig const* filter, FilteredMessage* message);
  void take(FilterConfig const& filter, FilterAnswer answer, FilteredMessage& message);
  void pass_unfiltered(FilterConfig const& filter, std::string const& why);
  void flag(FilterConfig const& filter, std::string const& why);

  net::EventLoop& loop_;
  Services const& services_;
  GateConfig const& config_;
  policy::Facts const& facts_;
  net::StopToken stop_;
  policy::FilterFacts found_;
};

}  // namespace postern::session

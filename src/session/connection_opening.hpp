// How a connection begins, before a word of SMTP is said on it: the PROXY header that tells who has
// connected, and the limits of connections. Thread: its event loop. Lifetime: all that it is made of outlives
// it.
#pragma once

#include <optional>
#include <string>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "dialogue/server_dialogue.hpp"
#include "dialogue/step.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "session/admission.hpp"
#include "session/gate_config.hpp"
#include "session/services.hpp"
#include "wire/proxy_header.hpp"

namespace postern::session {

// What is known of a connection when it comes.
policy::ConnectionFacts first_facts(Services const& services, ListenerConfig const& listener,
                                    net::Endpoint const& peer);

class ConnectionOpening {
 public:
  ConnectionOpening(net::Stream& stream, dialogue::ServerDialogue& dialogue, policy::Policy const& policy,
                    ListenerConfig const& listener, Services const& services)
      : stream_(stream), dialogue_(dialogue), policy_(policy), listener_(listener), services_(services) {}

  // Absent: the connection is served, and the dialogue knows its client. Else what is still to be said to it,
  // if anything. The time that it takes is limited by its caller's deadline.
  //
  // A connection to a listener behind proxies begins with a PROXY header, or it is refused: the log says why,
  // as `proxy-refused`, at most once per second. Exactly the header is taken from the socket: what follows it
  // is there for the handshake, or for the first command.
  net::Task<std::optional<dialogue::Step>> refusal();

  // Of loopback or of a network that may relay: not limited as strangers are.
  bool trusted() const { return trusted_; }

  void leave();  // gives back the place among the connections; harmless when there is none

 private:
  net::Task<Result<wire::ProxyHeader, std::string>> take_header(IpAddress peer);
  void log_refusal(std::string const& reason);
  Admitted admit();

  net::Stream& stream_;
  dialogue::ServerDialogue& dialogue_;
  policy::Policy const& policy_;
  ListenerConfig const& listener_;
  Services const& services_;
  IpAddress client_;
  bool admitted_ = false;
  bool trusted_ = false;
};

}  // namespace postern::session

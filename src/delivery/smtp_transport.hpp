// Carries messages to another server by SMTP, or by LMTP: finds its hosts, opens a connection with the TLS
// that the policies ask for, falls back where they allow it, tries the next host where one fails, and uses a
// connection for as many messages as it lasts. Thread: its event loop. Stopping: cut() ends every wait.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "delivery/connection_plan.hpp"
#include "delivery/host_finder.hpp"
#include "delivery/outgoing.hpp"
#include "delivery/route.hpp"
#include "delivery/send_settings.hpp"
#include "delivery/transport.hpp"
#include "net/event_loop.hpp"
#include "net/stop_state.hpp"
#include "session/client_session.hpp"
#include "store/evidence.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

struct SmtpServices {
  net::EventLoop& loop;
  store::Spool const& spool;
  store::Evidence& evidence;
  HostFinder& hosts;
  Log& log;
  IdSource& session_ids;
  std::size_t& open;  // connections; counted here
  Counters& counters;
  Clock const& clock;
  session::SignatureCache& signatures;
};

struct SmtpConfig {  // immutable; a reload makes a new one
  std::string hostname;
  SendSettings send;
  std::shared_ptr<net::TlsClient const> tls;
  std::vector<net::Endpoint> listeners = {};          // where this server takes mail, against loops
  std::shared_ptr<SigningConfig const> signing = {};  // null: nothing is signed, and senders stay as they are
};

class SmtpTransport : public Transport {
 public:
  // `route`: LMTP, SMTP or MX.
  SmtpTransport(SmtpServices services, std::shared_ptr<SmtpConfig const> config, Route route);
  ~SmtpTransport() override;

  net::Task<Delivered> deliver(Attempt attempt) override;
  net::Task<void> close() override;
  bool keeps_connection() const override;
  void cut() override { stop_.stop(); }

 private:
  struct Progress;    // of one attempt
  struct Connection;  // an open one

  net::Task<void> try_lmtp(Progress* progress, net::Target target);
  net::Task<void> try_hosts(Progress* progress);
  net::Task<void> try_host(Progress* progress, FoundHost host, store::ReportedPolicy reported);
  net::Task<bool> open(Progress* progress, ConnectionPlan plan);
  net::Task<void> talk(Progress* progress);
  net::Task<void> hang_up();
  void keep(store::OutboundRecord record);  // counts, and records
  store::OutboundRecord new_record(std::string const& host, std::string const& peer);
  void record(std::string const& problem);
  void record_refusal(Candidates const& candidates, FoundHost const& host);
  dialogue::ClientSettings client_settings(ConnectionPlan const& plan) const;
  net::Ourselves ourselves() const;
  bool named_by_stranger() const;  // the host: by the DNS, or by a recipient

  SmtpServices services_;
  std::shared_ptr<SmtpConfig const> config_;
  Route route_;
  std::string key_;
  net::StopState stop_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace postern::delivery

#include "delivery/smtp_transport.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "delivery/tls_result.hpp"
#include "net/connector.hpp"

namespace postern::delivery {

using dialogue::ClientProtocol;
using session::ClientSession;
using wire::Reply;

struct SmtpTransport::Connection {
  explicit Connection(std::size_t& open) : open_connections(open) { ++open_connections; }
  ~Connection() { --open_connections; }

  std::size_t& open_connections;
  store::OutboundRecord record;
  std::unique_ptr<ClientSession> session;
  ConnectionPlan planned;
  std::uint32_t messages = 0;
  bool fresh = true;
};

struct SmtpTransport::Progress {
  Attempt attempt;
  dialogue::OutgoingMessage message;
  std::vector<std::uint32_t> indexes;  // of message.recipients, in the envelope
  std::vector<RecipientOutcome> outcomes;
  std::optional<Reply> problem;  // what the last host said, or why there is none
  std::string remote;            // who said it
  bool reached = false;          // a host has talked to us
  bool ourselves = false;        // a host was this very server: worse ones are not tried

  bool done() const { return indexes.empty(); }
  void settle_all(Reply const& reply, std::string const& from) {
    for (auto index : indexes) outcomes.push_back(outcome_of(index, reply, from));
    indexes.clear();
    message.recipients.clear();
  }
  void fail_host(Reply reply, std::string from) {
    problem = std::move(reply);
    remote = std::move(from);
  }
  // RFC 5321 section 5.1: only hosts that are better than ourselves may take the mail. It waits for those
  // that have failed; without them it fails for good.
  void meet_ourselves(Reply reply) {
    ourselves = true;
    if (problem) return;
    fail_host(std::move(reply), {});
    reached = true;  // the domain's fault, not the host's
  }
};

SmtpTransport::SmtpTransport(SmtpServices services, std::shared_ptr<SmtpConfig const> config, Route route)
    : services_(services), config_(std::move(config)), route_(std::move(route)), key_(print(route_)) {}

SmtpTransport::~SmtpTransport() = default;

bool SmtpTransport::keeps_connection() const { return connection_ != nullptr; }

net::Task<Delivered> SmtpTransport::deliver(Attempt attempt) {
  Progress progress;
  progress.attempt = std::move(attempt);
  progress.message = outgoing(progress.attempt);
  if (config_->signing && !std::holds_alternative<LmtpRoute>(route_))
    prepare_to_leave(*config_->signing, progress.attempt, services_.clock.now(), progress.message);
  progress.indexes = progress.attempt.recipients;
  if (connection_) co_await talk(&progress);
  if (!progress.done() && !stop_.stopped()) {
    if (auto const* lmtp = std::get_if<LmtpRoute>(&route_))
      co_await try_lmtp(&progress, lmtp->target);
    else
      co_await try_hosts(&progress);
  }
  bool const reached = progress.reached || progress.done();
  Reply none{451, {4, 4, 1}, "no host could be reached"};
  if (stop_.stopped()) none = {451, {4, 3, 2}, "we are shutting down"};
  if (!progress.done()) progress.settle_all(progress.problem.value_or(none), progress.remote);
  co_return Delivered{std::move(progress.outcomes), reached};
}

net::Task<void> SmtpTransport::close() { co_await hang_up(); }

net::Task<void> SmtpTransport::try_lmtp(Progress* progress, net::Target target) {
  ConnectionPlan planned;
  planned.host = print(target);
  planned.local = target;
  planned.plan.applied = policy::AppliedPolicy::none;
  planned.plan.tls = false;
  bool const opened = co_await open(progress, std::move(planned));
  if (opened) co_await talk(progress);
}

net::Task<void> SmtpTransport::try_hosts(Progress* progress) {
  std::shared_ptr<Candidates const> candidates;
  std::optional<net::Ourselves> const we = ourselves();
  if (auto const* smtp = std::get_if<SmtpRoute>(&route_))
    candidates = co_await services_.hosts.candidates(*smtp, we, stop_);
  else
    candidates =
        co_await services_.hosts.candidates(std::get<MxRoute>(route_), config_->send.port, we, stop_);
  if (candidates->refusal) {
    progress->fail_host(*candidates->refusal, {});
    if (candidates->refusal->permanent()) progress->reached = true;  // the domain's fault, not the host's
    co_return;
  }
  auto const most = std::min<std::size_t>(candidates->hosts.size(), config_->send.hosts);
  std::size_t gone = 0;
  for (std::size_t i = 0; i < most && !progress->done() && !progress->ourselves && !stop_.stopped(); ++i) {
    auto host = co_await services_.hosts.resolve_host(candidates, i, stop_);
    if (stop_.stopped()) break;  // what has not come in time says nothing about the host
    if (host.ourselves) {
      progress->meet_ourselves({554, {5, 4, 6}, host.problem});
      break;
    }
    if (host.endpoints.empty()) {
      gone += host.no_such_host ? 1 : 0;
      bool const for_good = gone == candidates->hosts.size();
      progress->fail_host(Reply::failure(for_good, 4, 4, host.problem), {});
      progress->reached = progress->reached || for_good;
      continue;
    }
    if (!host.plan) {
      record_refusal(*candidates, host);
      auto const& refusal = host.plan.error();
      progress->reached = progress->reached || refusal.permanent;  // the message's fault, not the host's
      progress->fail_host(Reply::failure(refusal.permanent, 7, refusal.detail, refusal.why), {});
      continue;
    }
    auto reported = std::holds_alternative<MxRoute>(route_) ? reported_policy(*candidates, host)
                                                            : store::ReportedPolicy{};
    co_await try_host(progress, std::move(host), std::move(reported));
  }
}

void SmtpTransport::record_refusal(Candidates const& candidates, FoundHost const& host) {
  auto record = new_record(host.name, {});
  record.policy = print(policy::AppliedPolicy::none);
  record.problem = host.plan.error().why;
  if (std::holds_alternative<MxRoute>(route_)) record.reported = reported_policy(candidates, host);
  record.reported.reason = record.problem;
  record.result = record.reported.domain.empty() ? std::string() : refusal_result(host);
  keep(std::move(record));
}

void SmtpTransport::keep(store::OutboundRecord record) {
  if (!record.peer.empty()) services_.counters.add(Count::outbound_connections);
  if (record.tls == "established") services_.counters.add(Count::outbound_tls);
  if (record.tls == "failed") services_.counters.add(Count::outbound_tls_failures);
  services_.evidence.record(std::move(record));
}

store::OutboundRecord SmtpTransport::new_record(std::string const& host, std::string const& peer) {
  store::OutboundRecord record;
  record.at = services_.clock.now();
  record.id = services_.session_ids.next(record.at);
  record.destination = key_;
  record.host = host;
  record.peer = peer;
  return record;
}

net::Task<void> SmtpTransport::try_host(Progress* progress, FoundHost host, store::ReportedPolicy reported) {
  ConnectionPlan planned;
  planned.reported = std::move(reported);
  planned.host = host.name;
  planned.endpoints = host.endpoints;
  planned.plan = *host.plan;
  if (auto const* smtp = std::get_if<SmtpRoute>(&route_)) {
    planned.implicit_tls = smtp->implicit_tls;
    planned.fingerprints = smtp->tls.fingerprints;
  } else {
    planned.fingerprints = std::get<MxRoute>(route_).tls.fingerprints;
  }
  for (int tries = 0; tries < 2; ++tries) {
    bool const opened = co_await open(progress, planned);
    if (opened) {
      co_await talk(progress);
      co_return;
    }
    bool const may_do_without = connection_ && !planned.plan.must && !planned.implicit_tls && !planned.clear;
    bool const handshake_failed =
        connection_ && !connection_->session->tls().failure.empty() && !connection_->session->tls().injected;
    connection_.reset();
    if (!may_do_without && !(planned.plan.testing && !planned.clear)) co_return;
    if (!handshake_failed) co_return;
    planned.clear = true;  // RFC 7435 section 3: on a new connection, rather than never
  }
}

dialogue::ClientSettings SmtpTransport::client_settings(ConnectionPlan const& planned) const {
  dialogue::ClientSettings settings;
  settings.hostname = config_->hostname;
  settings.protocol = planned.local ? ClientProtocol::lmtp : ClientProtocol::smtp;
  settings.tls = planned.client_tls();
  settings.named_by_stranger = named_by_stranger();
  if (auto const* smtp = std::get_if<SmtpRoute>(&route_)) settings.login = smtp->login;
  return settings;
}

net::Ourselves SmtpTransport::ourselves() const {
  return {.name = lowered(config_->hostname),
          .interfaces = net::interface_addresses(),
          .listeners = config_->listeners};
}

bool SmtpTransport::named_by_stranger() const {
  if (auto const* smtp = std::get_if<SmtpRoute>(&route_)) return smtp->named_by == NamedBy::recipient;
  return std::holds_alternative<MxRoute>(route_);
}

// Leaves connection_ behind when it came to a conversation, also a failed one.
net::Task<bool> SmtpTransport::open(Progress* progress, ConnectionPlan planned) {
  auto const& send = config_->send;
  std::optional<net::Socket> socket;
  std::string peer;
  std::string failure;
  if (planned.local) {
    auto connected = co_await net::connect(*planned.local, send.timeouts.connect, stop_);
    if (connected)
      socket = std::move(*connected);
    else
      failure = connected.error().print();
  } else {
    auto connected =
        co_await net::connect_first(planned.endpoints, send.head_start, send.timeouts.connect, stop_);
    if (connected) {
      socket = std::move(connected->socket);
      peer = connected->peer.print();
    } else {
      failure = connected.error().print();
    }
  }
  auto fresh = new_record(planned.host, peer);
  fresh.policy = print(planned.plan.applied);
  if (!socket) {
    progress->fail_host({451, {4, 4, 1}, planned.host + ": " + failure}, planned.host);
    fresh.problem = failure;
    keep(std::move(fresh));
    co_return false;
  }
  auto made = std::make_unique<Connection>(services_.open);
  made->record = std::move(fresh);
  made->session =
      std::make_unique<ClientSession>(services_.loop, std::move(*socket), client_settings(planned),
                                      config_->tls, planned.handshake(), send.timeouts, stop_);
  made->planned = std::move(planned);
  connection_ = std::move(made);
  co_await connection_->session->open();
  auto const refusal = connection_->session->dialogue().refusal();
  if (!refusal) co_return true;
  if (connection_->session->dialogue().met_ourselves())
    progress->meet_ourselves(*refusal);
  else
    progress->fail_host(*refusal, connection_->planned.host);
  record(refusal->one_line());
  co_return false;
}

// Hands the message over on the open connection, and takes down what came of it for each recipient.
net::Task<void> SmtpTransport::talk(Progress* progress) {
  auto& connection = *connection_;
  bool const reused = !connection.fresh;
  connection.fresh = false;
  co_await connection.session->deliver(&services_.spool, progress->attempt.id, progress->message,
                                       &services_.signatures);
  auto const& dialogue = connection.session->dialogue();
  auto const remote = connection.planned.host;
  auto const replies = dialogue.replies();
  bool const lmtp = connection.planned.local.has_value();
  Relayed const relayed = lmtp ? Relayed::no : dialogue.peer().dsn ? Relayed::to_dsn : Relayed::beyond_dsn;
  auto message = std::exchange(progress->message, {});
  auto const indexes = std::exchange(progress->indexes, {});
  progress->message = message;
  progress->message.recipients.clear();
  bool const over = dialogue.problem().has_value();
  if (!over || !reused) progress->reached = true;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    // 421 is about the connection: another host may take the mail.
    if (i < replies.size() && replies[i] && !(replies[i]->code == 421 && over)) {
      if (replies[i]->positive()) ++connection.record.delivered;
      auto outcome = outcome_of(indexes[i], *replies[i], remote);
      outcome.relayed = relayed;
      if (auto const& info = connection.session->tls().info) outcome.tls = info->version;
      outcome.converted = connection.session->converted();
      outcome.signed_as = connection.session->signed_as();
      progress->outcomes.push_back(std::move(outcome));
      progress->reached = true;
      continue;
    }
    if (over && dialogue.content_may_be_whole()) {
      // RFC 5321 section 4.2.5: the server has it, or has it not. It is sent again, so that it is not lost.
      progress->outcomes.push_back(outcome_of(
          indexes[i],
          {451, {4, 4, 2}, dialogue.problem()->text + "; lost after the content: it may arrive twice"},
          remote));
      continue;
    }
    progress->indexes.push_back(indexes[i]);
    progress->message.recipients.push_back(message.recipients[i]);
  }
  if (connection.session->content_unreadable()) {
    progress->reached = true;
    progress->settle_all({451, {4, 3, 0}, dialogue.problem()->text}, {});
  }
  if (over) progress->fail_host(*dialogue.problem(), remote);
  ++connection.messages;
  auto const limit = dialogue.peer().max_mails > 0
                         ? std::min(dialogue.peer().max_mails, config_->send.messages_per_connection)
                         : config_->send.messages_per_connection;  // RFC 9422
  if (over || !connection.session->usable() || connection.messages >= limit) co_await hang_up();
}

net::Task<void> SmtpTransport::hang_up() {
  if (!connection_) co_return;
  record(connection_->session->dialogue().problem() ? connection_->session->dialogue().problem()->one_line()
                                                    : std::string());
  co_await connection_->session->close();
  connection_.reset();
}

void SmtpTransport::record(std::string const& problem) {
  auto record = connection_->record;
  auto const& tls = connection_->session->tls();
  record.tls = tls.info ? "established" : tls.failure.empty() ? "none" : "failed";
  if (tls.info) {
    record.tls_version = tls.info->version;
    record.tls_cipher = tls.info->cipher;
    record.tls_group = tls.info->group;
    record.certificate = print(tls.proof.certificate);
    record.proved = tls.proof.proved != net::Proof::none;
  }
  record.tls_offered =
      tls.info.has_value() || !tls.failure.empty() || connection_->session->dialogue().peer().starttls;
  record.tls_failure = tls.failure;
  record.problem = problem;
  auto const& planned = connection_->planned;
  bool const asked =
      planned.plan.tls && !planned.clear;  // a second try in the clear counts once, as the first
  auto const& dialogue = connection_->session->dialogue();
  if (!planned.reported.domain.empty() && asked && dialogue.said_hello()) {
    record.reported = planned.reported;
    record.result = session_result(planned.reported, planned.plan,
                                   record.tls_offered && !dialogue.starttls_refused(), tls);
  }
  keep(std::move(record));
}

}  // namespace postern::delivery

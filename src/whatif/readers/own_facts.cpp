#include "whatif/readers/own_facts.hpp"

#include <algorithm>

namespace postern::whatif {
namespace {

Reception from_connection(policy::ConnectionFacts const& connection) {
  Reception out;
  out.client = connection.client;
  out.has_client = true;
  out.client_name = connection.verified_name;
  out.helo = connection.helo;
  bool const over_tls = connection.tls.state == policy::TlsState::established;
  out.tls.used = over_tls ? Tristate::yes : Tristate::no;
  out.tls.version = connection.tls.version;
  out.tls.failure = over_tls ? std::string() : connection.tls.failure;
  if (connection.tls.state == policy::TlsState::failed && out.tls.failure.empty())
    out.tls.failure = "handshake failed";
  out.tls.certificate = over_tls ? connection.tls.client_certificate : policy::ClientCertificate::none;
  return out;
}

}  // namespace

std::optional<Reception> reception_of(policy::Facts const& facts, bool relayed) {
  auto const& t = facts.transaction;
  bool const logged_in = !facts.connection.login.empty();
  bool const of_users = facts.connection.role == policy::ListenerRole::submission;
  if (of_users && !logged_in && t.outcome != policy::Outcome::accepted) return std::nullopt;
  auto out = from_connection(facts.connection);
  out.at = t.started;
  out.facts = std::make_shared<policy::Facts const>(facts);
  out.origin = relayed || logged_in || of_users ? Origin::authenticated : Origin::outside;
  out.has_sender = true;
  if (t.mail.reverse_path) out.sender = t.mail.reverse_path->print();
  out.outcome = t.outcome;
  out.code = t.code;
  bool const taken =
      std::any_of(t.recipients.begin(), t.recipients.end(), [](auto const& r) { return r.accepted; });
  for (auto const& recipient : t.recipients)
    if (recipient.accepted || !taken) out.recipients.push_back(recipient.address.print());
  out.for_want_of_tls = t.decided_by.builtin == policy::Builtin::tls_require;
  if (t.outcome == policy::Outcome::aborted) {  // refused at RCPT, each of them
    if (taken || t.recipients.empty()) return std::nullopt;
    bool const later = std::any_of(t.recipients.begin(), t.recipients.end(),
                                   [](auto const& r) { return r.code >= 400 && r.code < 500; });
    out.outcome = later ? policy::Outcome::deferred : policy::Outcome::refused;
    out.code = t.recipients.back().code;
    out.for_want_of_tls = t.recipients.back().decided_by.builtin == policy::Builtin::tls_require;
  }
  return out;
}

Reception session_of(policy::ConnectionFacts const& connection) {
  auto out = from_connection(connection);
  out.kind = Reception::Kind::session;
  out.at = connection.ended;
  return out;
}

}  // namespace postern::whatif

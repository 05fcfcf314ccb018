#include "session/session_log.hpp"

namespace postern::session {
namespace {

std::string list_recipients(policy::TransactionFacts const& transaction) {
  constexpr std::size_t shown = 5;
  std::string out;
  for (std::size_t i = 0; i < transaction.recipients.size() && i < shown; ++i)
    out += (i == 0 ? "" : ",") + transaction.recipients[i].address.print();
  return transaction.recipients.size() > shown ? out + ",..." : out;
}

void add_tls(LogEvent& event, policy::TlsFacts const& tls) {
  event.add("tls", tls.state == policy::TlsState::established ? std::string_view(tls.version)
                                                              : policy::print(tls.state));
}

}  // namespace

LogEvent connection_event(policy::ConnectionFacts const& c) {
  bool const noteworthy = c.tls.injected > 0 || c.tls.state == policy::TlsState::failed;
  LogEvent event(noteworthy ? Severity::warning : Severity::info, "connection");
  event.add("client", c.client.print()).add("port", c.port).add("name", c.verified_name).add("helo", c.helo);
  event.add("listener", c.listener);
  add_tls(event, c.tls);
  event.add("cipher", c.tls.cipher).add("group", c.tls.group);
  if (c.tls.resumed) event.add("resumed", 1);
  if (c.tls.client_certificate > policy::ClientCertificate::none)
    event.add("client_certificate", policy::print(c.tls.client_certificate)).add("spki", c.tls.spki_sha256);
  event.add("tls_failure", c.tls.failure);
  if (c.tls.injected > 0) event.add("injected_bytes", c.tls.injected);
  event.add("commands", c.commands).add("errors", c.errors).add("messages", c.messages);
  event.add("end", policy::print(c.end));
  return event.add("ms", std::chrono::duration_cast<std::chrono::milliseconds>(c.ended - c.started).count());
}

LogEvent transaction_event(policy::ConnectionFacts const& c, policy::TransactionFacts const& t) {
  LogEvent event(Severity::info, "message");
  event.add("id", t.id.print()).add("outcome", policy::print(t.outcome));
  event.add("from", t.mail.reverse_path ? t.mail.reverse_path->print() : "<>").add("to", list_recipients(t));
  event.add("recipients", t.recipients.size() + t.recipients_unlisted)
      .add("size", t.size)
      .add("client", c.client.print());
  add_tls(event, c.tls);
  event.add("login", c.login);
  event.add("code", t.code).add("rule", policy::print(t.decided_by));
  event.add("filter", t.filter.name).add("action", t.filter.action).add("score", t.filter.score);
  if (t.bare_newlines > 0) event.add("bare_newlines", t.bare_newlines);
  return event;
}

LogEvent verdict_event(Severity severity, policy::Facts const& facts, policy::Verdict const& verdict,
                       std::string_view queue_id) {
  auto const& transaction = facts.transaction;
  LogEvent event(severity, "verdict");
  event.add("rule", policy::print(verdict.decided_by)).add("verdict", policy::print(verdict.effect));
  if (verdict.refuses()) event.add("code", verdict.reply.code);
  event.add("client", facts.connection.client.print()).add("name", facts.connection.verified_name);
  add_tls(event, facts.connection.tls);
  if (facts.stage >= policy::Stage::mail)
    event.add("sender", transaction.mail.reverse_path ? transaction.mail.reverse_path->print() : "<>");
  if (facts.stage == policy::Stage::content)
    event.add("recipient", list_recipients(transaction));
  else if (!transaction.recipients.empty())
    event.add("recipient", transaction.recipients.back().address.print());
  return event.add("login", facts.connection.login).add("queue_id", queue_id);
}

}  // namespace postern::session

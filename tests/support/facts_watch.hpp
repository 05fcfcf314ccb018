// Sees that the facts of a conversation change only when a dialogue is told something, and only those that
// this something is about. Each way of telling it something is a Door.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dialogue/step.hpp"
#include "policy/facts.hpp"

namespace postern::tests {

enum class Door : std::uint8_t { none, line, verdict, tls, injected, login, content, stored, end };

using FactTexts = std::map<std::string, std::string>;

inline std::string text_of(Instant at) { return std::to_string(to_micros(at)); }
inline std::string text_of(std::optional<Instant> const& at) { return at ? text_of(*at) : "none"; }
inline std::string text_of(policy::RememberedTls const& tls) {
  return std::to_string(tls.sessions) + " " + std::to_string(tls.clear) + " " + std::to_string(tls.failures) +
         " " + text_of(tls.first) + " " + text_of(tls.last) + " " + text_of(tls.clear_since);
}
inline std::string text_of(std::vector<policy::RuleMatch> const& matches) {
  std::string out;
  for (auto const& match : matches)
    out += match.rule + " " + std::string(print(match.effect)) + " " + std::to_string(match.enforced) + " " +
           std::to_string(match.recipient) + "\n";
  return out;
}
inline std::string text_of(policy::RecipientFacts const& r) {
  return r.address.print() + " " + r.notify.print() + " " + r.orcpt + " " + std::string(print(r.standing)) +
         " " + std::to_string(r.accepted) + " " + std::to_string(r.code) + " " + print(r.decided_by) + " " +
         text_of(r.deferred_since) + " " + r.flag + " " + r.deliver_to;
}

inline void add_connection(FactTexts& out, policy::ConnectionFacts const& c) {
  out["connection.id"] = std::to_string(c.id);
  out["connection.started"] = text_of(c.started);
  out["connection.ended"] = text_of(c.ended);
  out["connection.listener"] = c.listener;
  out["connection.listener_tls"] = print(c.listener_tls);
  out["connection.role"] = print(c.role);
  out["connection.greeting"] = print(c.greeting);
  out["connection.end"] = print(c.end);
  out["connection.port"] = std::to_string(c.port);
  out["connection.client"] = c.client.print();
  out["connection.verified_name"] = c.verified_name;
  out["connection.identity"] = c.identity;
  out["connection.iprev"] = print(c.iprev);
  out["connection.helo"] = c.helo;
  out["connection.login"] = c.login;
  out["connection.remembered"] =
      std::to_string(c.remembered.failed_handshakes) + " " + text_of(c.remembered.last_failure) + " " +
      text_of(c.remembered.clear_since) + " " + text_of(c.remembered.tls) + " " +
      text_of(c.remembered.last_tls) + " " + std::to_string(c.remembered.distrusts_us);
  out["connection.downgraded"] = std::to_string(c.downgraded);
  out["connection.matches"] = text_of(c.matches);
  out["connection.commands"] = std::to_string(c.commands);
  out["connection.errors"] = std::to_string(c.errors);
  out["connection.transactions"] = std::to_string(c.transactions);
  out["connection.messages"] = std::to_string(c.messages);
}

inline void add_tls(FactTexts& out, policy::TlsFacts const& tls) {
  out["connection.tls.state"] = print(tls.state);
  out["connection.tls.client_certificate"] = print(tls.client_certificate);
  out["connection.tls.offered"] = std::to_string(tls.offered);
  out["connection.tls.offers_withheld"] = std::to_string(tls.offers_withheld);
  out["connection.tls.requested"] = std::to_string(tls.requested);
  out["connection.tls.resumed"] = std::to_string(tls.resumed);
  out["connection.tls.injected"] = std::to_string(tls.injected);
  out["connection.tls.version"] = tls.version;
  out["connection.tls.cipher"] = tls.cipher;
  out["connection.tls.group"] = tls.group;
  out["connection.tls.sni"] = tls.sni;
  out["connection.tls.spki_sha256"] = tls.spki_sha256;
  auto& names = out["connection.tls.certificate_names"];
  for (auto const& name : tls.certificate_names) names += name + " ";
  out["connection.tls.failure"] = tls.failure;
  out["connection.tls.distrusts_us"] = std::to_string(tls.distrusts_us);
}

inline void add_transaction(FactTexts& out, policy::TransactionFacts const& t) {
  out["transaction.id"] = t.id.print();
  out["transaction.started"] = text_of(t.started);
  out["transaction.mail"] = (t.mail.reverse_path ? t.mail.reverse_path->print() : "<>") + " " +
                            std::to_string(t.mail.size.value_or(0)) + " " +
                            std::to_string(t.mail.body ? static_cast<int>(*t.mail.body) : -1) + " " +
                            std::to_string(t.mail.smtputf8) + " " + std::to_string(t.mail.requiretls) + " " +
                            std::to_string(static_cast<int>(t.mail.ret)) + " " + t.mail.envid;
  auto& recipients = out["transaction.recipients"];
  for (auto const& recipient : t.recipients) recipients += text_of(recipient) + "\n";
  out["transaction.recipients_unlisted"] = std::to_string(t.recipients_unlisted);
  out["transaction.size"] = std::to_string(t.size);
  out["transaction.bare_newlines"] = std::to_string(t.bare_newlines);
  out["transaction.content"] = std::to_string(t.content.header_8bit) +
                               std::to_string(t.content.content_8bit) +
                               std::to_string(t.content.tls_optional);
  auto& authors = out["transaction.authors"];
  for (auto const& author : t.authors) authors += author.print() + " ";
  auto& senders = out["transaction.senders"];
  for (auto const& sender : t.senders) senders += sender.print() + " ";
  out["transaction.authors_missing"] = std::to_string(t.authors_missing);
  out["transaction.authors_problem"] = t.authors_problem;
  out["transaction.chunking"] = std::to_string(t.chunking);
  out["transaction.spf"] = print(t.spf);
  auto const& found = t.authentication;
  auto& authentication = out["transaction.authentication"];
  authentication = std::string(print(found.dkim)) + " " + std::string(print(found.dmarc)) + " " +
                   found.dmarc_domain + " " +
                   (found.dmarc_policy ? std::string(print(*found.dmarc_policy)) : "none") + " " +
                   std::string(print(found.disposition)) + " " + std::string(print(found.dmarc_override)) +
                   " " + std::string(print(found.arc)) + " " + found.arc_sealer;
  for (auto const& domain : found.dkim_domains) authentication += " " + domain;
  out["transaction.sender"] = text_of(t.sender);
  out["transaction.sender_key"] = t.sender_key.value_or("none");
  out["transaction.filter"] = t.filter.name + " " + t.filter.action + " " + t.filter.score + " " +
                              t.filter.symbols + " " + std::string(print(t.filter.effect)) + " " +
                              std::to_string(t.filter.held) + " " + std::to_string(t.filter.flags.size());
  out["transaction.matches"] = text_of(t.matches);
  out["transaction.outcome"] = print(t.outcome);
  out["transaction.code"] = std::to_string(t.code);
  out["transaction.decided_by"] = print(t.decided_by);
}

inline FactTexts texts_of(policy::Facts const& facts) {
  FactTexts out;
  out["stage"] = std::to_string(static_cast<int>(facts.stage));
  add_connection(out, facts.connection);
  add_tls(out, facts.connection.tls);
  add_transaction(out, facts.transaction);
  return out;
}

// What may change by this door: facts by name, or all that begin with a name.
inline std::vector<std::string_view> may_change(Door door) {
  switch (door) {
    case Door::none: return {};
    case Door::line:
      return {"stage",
              "connection.commands",
              "connection.errors",
              "transaction",
              "connection.tls.offered",
              "connection.tls.requested",
              "connection.tls.offers_withheld",
              "connection.helo",
              "connection.greeting",
              "connection.transactions",
              "connection.end",
              "connection.ended"};
    case Door::verdict:
      return {"transaction",
              "connection.matches",
              "connection.downgraded",
              "connection.tls.offered",
              "connection.tls.offers_withheld",
              "connection.end",
              "connection.ended"};
    case Door::tls:
      return {"stage",          "transaction",     "connection.tls", "connection.helo", "connection.greeting",
              "connection.end", "connection.ended"};
    case Door::injected: return {"connection.tls.injected"};
    case Door::login: return {"connection.login", "connection.errors", "connection.end", "connection.ended"};
    case Door::content:
      return {"stage", "transaction", "connection.errors", "connection.end", "connection.ended"};
    case Door::stored: return {"transaction", "connection.messages"};
    case Door::end: return {"transaction", "connection.end", "connection.ended"};
  }
  return {};
}

class FactsWatch {
 public:
  // The names of facts that have changed since the last call though this door is not about them. A line may
  // change a transaction only by a step that says so: a verdict or a chunk is due, or the transaction is
  // over.
  std::vector<std::string> unannounced(policy::Facts const& facts, Door door,
                                       dialogue::Then then = dialogue::Then::read_line,
                                       bool finished = false) {
    auto const before = std::exchange(seen_, texts_of(facts));
    std::vector<std::string> out;
    if (before.empty()) return out;
    bool const says_so =
        finished || then == dialogue::Then::ask_verdict || then == dialogue::Then::read_chunk;
    for (auto const& [name, text] : seen_) {
      if (before.at(name) == text) continue;
      bool const of_transaction = name.starts_with("transaction.");
      if (!is_allowed(name, door) || (door == Door::line && of_transaction && !says_so)) out.push_back(name);
    }
    return out;
  }

 private:
  static bool is_allowed(std::string_view name, Door door) {
    for (auto const& allowed : may_change(door))
      if (name == allowed || (name.starts_with(allowed) && name[allowed.size()] == '.')) return true;
    return false;
  }

  FactTexts seen_;
};

}  // namespace postern::tests

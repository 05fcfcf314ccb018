// One record for each table of the store of facts. Each column is different from its default and, but for
// those that are 0 or 1, from every other column of its table.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string_view>

#include "store/evidence.hpp"
#include "support/example_policy.hpp"

namespace postern::store {

using tests::address;

inline policy::ConnectionFacts full_connection() {
  policy::ConnectionFacts c;
  c.id = 1001;
  c.started = from_micros(1001);
  c.ended = from_micros(1002);
  c.listener = "192.0.2.1:25";
  c.listener_tls = policy::ListenerTls::implicit;
  c.role = policy::ListenerRole::submission;
  c.greeting = policy::Greeting::helo;
  c.end = policy::ConnectionEnd::timeout;
  c.port = 1003;
  c.client = *IpAddress::parse("192.0.2.9");
  c.verified_name = "name.example";
  c.helo = "it's \"quoted\"";
  c.login = "alice";
  c.tls.state = policy::TlsState::established;
  c.tls.client_certificate = policy::ClientCertificate::trusted;
  c.tls.offered = true;
  c.tls.requested = true;
  c.tls.resumed = true;
  c.tls.injected = 1004;
  c.tls.version = "TLSv1.3";
  c.tls.cipher = "TLS_AES_128_GCM_SHA256";
  c.tls.group = "X25519";
  c.tls.sni = "sni.example";
  c.tls.spki_sha256 = "ab12";
  c.tls.failure = "no shared cipher";
  c.tls.distrusts_us = true;
  c.remembered.failed_handshakes = 1005;
  c.downgraded = true;
  c.iprev = policy::Iprev::temperror;
  c.commands = 1006;
  c.errors = 1007;
  c.transactions = 1008;
  c.messages = 1009;
  return c;
}

using Expected = std::map<std::string_view, std::string_view>;

inline Expected const expected_connection{{"id", "1001"},
                                          {"ended", "1002"},
                                          {"listener", "192.0.2.1:25"},
                                          {"listener_tls", "implicit"},
                                          {"client", "192.0.2.9"},
                                          {"port", "1003"},
                                          {"verified_name", "name.example"},
                                          {"helo", "it's \"quoted\""},
                                          {"greeting", "helo"},
                                          {"tls", "established"},
                                          {"starttls_offered", "1"},
                                          {"starttls_used", "1"},
                                          {"tls_version", "TLSv1.3"},
                                          {"tls_cipher", "TLS_AES_128_GCM_SHA256"},
                                          {"tls_group", "X25519"},
                                          {"tls_resumed", "1"},
                                          {"sni", "sni.example"},
                                          {"client_certificate", "trusted"},
                                          {"client_spki_sha256", "ab12"},
                                          {"tls_failure", "no shared cipher"},
                                          {"injected_bytes", "1004"},
                                          {"earlier_tls_failures", "1005"},
                                          {"iprev", "temperror"},
                                          {"commands", "1006"},
                                          {"errors", "1007"},
                                          {"transactions", "1008"},
                                          {"messages", "1009"},
                                          {"end", "timeout"},
                                          {"login", "alice"},
                                          {"role", "submission"},
                                          {"downgraded", "1"},
                                          {"tls_distrusted", "1"}};

// Its second recipient is the full one.
inline TransactionRecord full_transaction() {
  TransactionRecord record;
  record.connection = 1001;
  auto& t = record.transaction;
  t.id = MessageId{2001};
  t.started = from_micros(2002);
  t.mail.reverse_path = address("a@sender.example");
  t.mail.size = 2003;
  t.mail.body = wire::Body::eight_bit_mime;
  t.mail.smtputf8 = true;
  t.mail.requiretls = true;
  t.mail.ret = wire::Ret::full;
  t.size = 2004;
  t.bare_newlines = 2005;
  t.recipients_unlisted = 2006;
  t.content.content_8bit = true;
  t.chunking = true;
  t.spf = policy::Spf::softfail;
  t.authentication = {.dkim = policy::Dkim::neutral,
                      .dkim_domains = {"one.example", "two.example"},
                      .dmarc = policy::Dmarc::fail,
                      .dmarc_domain = "author.example",
                      .dmarc_policy = auth::DmarcPolicy::reject,
                      .disposition = auth::DmarcPolicy::quarantine,
                      .dmarc_override = policy::DmarcOverride::trusted_sealer,
                      .arc = policy::Arc::pass,
                      .arc_sealer = "sealer.example"};
  t.filter.name = "rspamd";
  t.filter.action = "add header";
  t.filter.score = "7.50";
  t.filter.symbols = "A B";
  t.outcome = policy::Outcome::refused;
  t.code = 550;
  t.decided_by = {.rule = "rule of the transaction"};
  t.recipients.push_back({.address = address("first@recipient.example")});
  policy::RecipientFacts recipient{.address = address("b@recipient.example")};
  recipient.standing = policy::RecipientClass::elsewhere;
  recipient.accepted = true;
  recipient.code = 251;
  recipient.decided_by = {.rule = "rule of the recipient"};
  recipient.flag = "rule; reason";
  t.recipients.push_back(std::move(recipient));
  policy::RuleMatch match;
  match.rule = "rule that matched";
  match.effect = policy::Effect::reject;
  match.enforced = true;
  match.recipient = 7;
  t.matches.push_back(std::move(match));
  return record;
}

inline Expected const expected_transaction{{"id", "2001"},
                                           {"connection", "1001"},
                                           {"started", "2002"},
                                           {"sender", "a@sender.example"},
                                           {"sender_domain", "sender.example"},
                                           {"declared_size", "2003"},
                                           {"size", "2004"},
                                           {"body", "8bitmime"},
                                           {"smtputf8", "1"},
                                           {"requiretls", "1"},
                                           {"chunking", "1"},
                                           {"dsn", "1"},
                                           {"bare_newlines", "2005"},
                                           {"outcome", "refused"},
                                           {"code", "550"},
                                           {"rule", "rule of the transaction"},
                                           {"content_8bit", "1"},
                                           {"spf", "softfail"},
                                           {"recipients_unlisted", "2006"},
                                           {"dkim", "neutral"},
                                           {"dkim_domains", "one.example two.example"},
                                           {"dmarc", "fail"},
                                           {"dmarc_domain", "author.example"},
                                           {"dmarc_policy", "reject"},
                                           {"dmarc_disposition", "quarantine"},
                                           {"dmarc_override", "trusted-sealer"},
                                           {"arc", "pass"},
                                           {"arc_sealer", "sealer.example"},
                                           {"filter", "rspamd"},
                                           {"filter_action", "add header"},
                                           {"filter_score", "7.50"},
                                           {"filter_symbols", "A B"}};

inline Expected const expected_recipient{{"message", "2001"},
                                         {"position", "1"},
                                         {"address", "b@recipient.example"},
                                         {"domain", "recipient.example"},
                                         {"standing", "elsewhere"},
                                         {"accepted", "1"},
                                         {"code", "251"},
                                         {"rule", "rule of the recipient"},
                                         {"flag", "rule; reason"}};

inline Expected const expected_match{{"at", "2002"},     {"connection", "1001"},        {"message", "2001"},
                                     {"recipient", "7"}, {"rule", "rule that matched"}, {"effect", "reject"},
                                     {"enforced", "1"}};

inline DeliveryRecord full_delivery() {
  DeliveryRecord d;
  d.message = MessageId{3001};
  d.at = from_micros(3002);
  d.address = "b@recipient.example";
  d.destination = "maildir:/var/mail";
  d.attempt = 3003;
  d.outcome = DeliveryOutcome::deferred;
  d.reply = "452 4.2.2 full";
  return d;
}

inline Expected const expected_delivery{{"message", "3001"},
                                        {"at", "3002"},
                                        {"address", "b@recipient.example"},
                                        {"destination", "maildir:/var/mail"},
                                        {"attempt", "3003"},
                                        {"outcome", "deferred"},
                                        {"reply", "452 4.2.2 full"}};

inline OutboundRecord full_outbound() {
  OutboundRecord o;
  o.id = 4001;
  o.at = from_micros(4001);
  o.destination = "far.example";
  o.host = "mx.far.example";
  o.peer = "192.0.2.2:25";
  o.policy = "dane";
  o.tls = "established";
  o.tls_offered = true;
  o.tls_version = "TLSv1.2";
  o.tls_cipher = "TLS_AES_256_GCM_SHA384";
  o.tls_group = "P-256";
  o.certificate = "self-signed";
  o.proved = true;
  o.tls_failure = "why TLS failed";
  o.delivered = 4002;
  o.problem = "why it ended";
  o.reported.domain = "reported.example";
  o.reported.type = "tlsa";
  o.reported.policy = "3 1 1 ab12";
  o.reported.mx = "*.far.example";
  o.reported.reason = "why there is no policy";
  o.result = "success";
  return o;
}

inline Expected const expected_outbound{{"id", "4001"},
                                        {"destination", "far.example"},
                                        {"host", "mx.far.example"},
                                        {"peer", "192.0.2.2:25"},
                                        {"policy", "dane"},
                                        {"tls_offered", "1"},
                                        {"tls", "established"},
                                        {"tls_version", "TLSv1.2"},
                                        {"tls_cipher", "TLS_AES_256_GCM_SHA384"},
                                        {"tls_group", "P-256"},
                                        {"certificate", "self-signed"},
                                        {"proved", "1"},
                                        {"tls_failure", "why TLS failed"},
                                        {"delivered", "4002"},
                                        {"problem", "why it ended"},
                                        {"policy_domain", "reported.example"},
                                        {"policy_type", "tlsa"},
                                        {"policy_lines", "3 1 1 ab12"},
                                        {"policy_mx", "*.far.example"},
                                        {"result", "success"},
                                        {"policy_problem", "why there is no policy"}};

inline policy::MemoryEntry full_entry() {
  policy::MemoryEntry e;
  e.kind = policy::MemoryKind::sender;
  e.name = "sender.example";
  e.sessions = 5001;
  e.clear = 5002;
  e.failures = 5003;
  e.versions = 12;
  e.first_tls = from_micros(5004);
  e.last_tls = from_micros(5005);
  e.clear_since = from_micros(5006);
  e.last_failure = from_micros(5007);
  e.last_seen = from_micros(5008);
  e.failure = "why the handshake failed";
  e.key = "cd34";
  e.key_since = from_micros(5009);
  e.distrusts_us = true;
  return e;
}

inline Expected const expected_entry{
    {"kind", "sender"},       {"name", "sender.example"}, {"sessions", "5001"},
    {"clear", "5002"},        {"failures", "5003"},       {"versions", "12"},
    {"first_tls", "5004"},    {"last_tls", "5005"},       {"clear_since", "5006"},
    {"last_failure", "5007"}, {"last_seen", "5008"},      {"failure", "why the handshake failed"},
    {"key", "cd34"},          {"key_since", "5009"},      {"distrusts_us", "1"}};

// So long that what happened in 1970 is kept.
inline EvidenceSettings settings_for(std::string const& file) {
  constexpr std::chrono::hours century(24 * 365 * 100);
  return {.file = file, .retention = century, .memory_expire = century};
}

inline void expect_same(policy::ConnectionFacts const& a, policy::ConnectionFacts const& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.ended, b.ended);
  EXPECT_EQ(a.listener, b.listener);
  EXPECT_EQ(a.listener_tls, b.listener_tls);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.greeting, b.greeting);
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.port, b.port);
  EXPECT_EQ(a.client, b.client);
  EXPECT_EQ(a.verified_name, b.verified_name);
  EXPECT_EQ(a.helo, b.helo);
  EXPECT_EQ(a.login, b.login);
  EXPECT_EQ(a.tls.state, b.tls.state);
  EXPECT_EQ(a.tls.client_certificate, b.tls.client_certificate);
  EXPECT_EQ(a.tls.offered, b.tls.offered);
  EXPECT_EQ(a.tls.requested, b.tls.requested);
  EXPECT_EQ(a.tls.resumed, b.tls.resumed);
  EXPECT_EQ(a.tls.injected, b.tls.injected);
  EXPECT_EQ(a.tls.version, b.tls.version);
  EXPECT_EQ(a.tls.cipher, b.tls.cipher);
  EXPECT_EQ(a.tls.group, b.tls.group);
  EXPECT_EQ(a.tls.sni, b.tls.sni);
  EXPECT_EQ(a.tls.spki_sha256, b.tls.spki_sha256);
  EXPECT_EQ(a.tls.failure, b.tls.failure);
  EXPECT_EQ(a.tls.distrusts_us, b.tls.distrusts_us);
  EXPECT_EQ(a.remembered.failed_handshakes, b.remembered.failed_handshakes);
  EXPECT_EQ(a.downgraded, b.downgraded);
  EXPECT_EQ(a.iprev, b.iprev);
  EXPECT_EQ(a.commands, b.commands);
  EXPECT_EQ(a.errors, b.errors);
  EXPECT_EQ(a.transactions, b.transactions);
  EXPECT_EQ(a.messages, b.messages);
}

inline void expect_same(policy::TransactionFacts const& a, policy::TransactionFacts const& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.started, b.started);
  ASSERT_TRUE(a.mail.reverse_path && b.mail.reverse_path);
  EXPECT_EQ(a.mail.reverse_path->print(), b.mail.reverse_path->print());
  EXPECT_EQ(a.mail.size, b.mail.size);
  EXPECT_EQ(a.mail.body, b.mail.body);
  EXPECT_EQ(a.mail.smtputf8, b.mail.smtputf8);
  EXPECT_EQ(a.mail.requiretls, b.mail.requiretls);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.bare_newlines, b.bare_newlines);
  EXPECT_EQ(a.recipients_unlisted, b.recipients_unlisted);
  EXPECT_EQ(a.content.content_8bit, b.content.content_8bit);
  EXPECT_EQ(a.chunking, b.chunking);
  EXPECT_EQ(a.spf, b.spf);
  EXPECT_EQ(a.authentication.dkim, b.authentication.dkim);
  EXPECT_EQ(a.authentication.dkim_domains, b.authentication.dkim_domains);
  EXPECT_EQ(a.authentication.dmarc, b.authentication.dmarc);
  EXPECT_EQ(a.authentication.dmarc_domain, b.authentication.dmarc_domain);
  EXPECT_EQ(a.authentication.dmarc_policy, b.authentication.dmarc_policy);
  EXPECT_EQ(a.authentication.disposition, b.authentication.disposition);
  EXPECT_EQ(a.authentication.dmarc_override, b.authentication.dmarc_override);
  EXPECT_EQ(a.authentication.arc, b.authentication.arc);
  EXPECT_EQ(a.authentication.arc_sealer, b.authentication.arc_sealer);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.decided_by, b.decided_by);
  ASSERT_EQ(a.recipients.size(), b.recipients.size());
  for (std::size_t i = 0; i < a.recipients.size(); ++i) {
    EXPECT_EQ(a.recipients[i].address.print(), b.recipients[i].address.print());
    EXPECT_EQ(a.recipients[i].standing, b.recipients[i].standing);
    EXPECT_EQ(a.recipients[i].accepted, b.recipients[i].accepted);
    EXPECT_EQ(a.recipients[i].code, b.recipients[i].code);
    EXPECT_EQ(a.recipients[i].decided_by, b.recipients[i].decided_by);
    EXPECT_EQ(a.recipients[i].flag, b.recipients[i].flag);
  }
}

inline void expect_same(policy::MemoryEntry const& a, policy::MemoryEntry const& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.sessions, b.sessions);
  EXPECT_EQ(a.clear, b.clear);
  EXPECT_EQ(a.failures, b.failures);
  EXPECT_EQ(a.versions, b.versions);
  EXPECT_EQ(a.first_tls, b.first_tls);
  EXPECT_EQ(a.last_tls, b.last_tls);
  EXPECT_EQ(a.clear_since, b.clear_since);
  EXPECT_EQ(a.last_failure, b.last_failure);
  EXPECT_EQ(a.last_seen, b.last_seen);
  EXPECT_EQ(a.failure, b.failure);
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.key_since, b.key_since);
  EXPECT_EQ(a.distrusts_us, b.distrusts_us);
}

}  // namespace postern::store

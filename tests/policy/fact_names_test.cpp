#include "policy/fact_names.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using tests::address;

constexpr Instant begun = Instant(std::chrono::seconds(1'795'532'400));  // 2026-11-24 15:00 UTC, a Tuesday

// Every member that a rule can ask for has a value of its own.
Facts full_facts() {
  Facts facts;
  auto& c = facts.connection;
  c.started = begun;
  c.client = *IpAddress::parse("192.0.2.9");
  c.listener = "192.0.2.1:25";
  c.helo = "helo.example";
  c.greeting = Greeting::ehlo;
  c.verified_name = "mx.far.example.com";
  c.identity = "identity.example";
  c.iprev = Iprev::pass;
  c.login = "alice";
  c.tls.state = TlsState::established;
  c.tls.version = "TLSv1.2";
  c.tls.cipher = "TLS_AES_128_GCM_SHA256";
  c.tls.group = "X25519";
  c.tls.sni = "sni.example";
  c.tls.resumed = true;
  c.tls.client_certificate = ClientCertificate::trusted;
  c.tls.spki_sha256 = "ab12";
  c.remembered.failed_handshakes = 11;
  c.remembered.tls.sessions = 12;
  c.remembered.tls.clear = 13;
  c.remembered.tls.failures = 14;
  c.remembered.tls.first = begun - std::chrono::hours(24 * 16);
  c.remembered.tls.last = begun - std::chrono::hours(24);
  auto& t = facts.transaction;
  t.mail.reverse_path = address("a@mail.sender.example.org");
  t.mail.size = 2001;
  t.mail.body = wire::Body::eight_bit_mime;
  t.mail.smtputf8 = true;
  t.mail.requiretls = true;
  t.spf = Spf::softfail;
  t.authentication = {.dkim = Dkim::policy,
                      .dkim_domains = {"one.example", "two.example"},
                      .dmarc = Dmarc::fail,
                      .dmarc_domain = "author.example",
                      .dmarc_policy = auth::DmarcPolicy::reject,
                      .disposition = auth::DmarcPolicy::quarantine,
                      .arc = Arc::temperror,
                      .arc_sealer = "sealer.example"};
  t.sender.sessions = 16;
  t.filter.action = "add header";
  t.filter.score = "7.50";
  t.filter.symbols = "A B";
  t.size = 2002;
  t.chunking = true;
  t.content.content_8bit = true;
  t.bare_newlines = 17;
  t.recipients.push_back(
      {.address = address("b@mail.recipient.example.net"), .standing = RecipientClass::alias});
  return facts;
}

std::string printed(FactValue const& value) {
  std::ostringstream out;
  if (std::holds_alternative<std::monostate>(value)) out << "nil";
  if (auto const* yes = std::get_if<bool>(&value)) out << (*yes ? "true" : "false");
  if (auto const* number = std::get_if<std::int64_t>(&value)) out << *number;
  if (auto const* number = std::get_if<double>(&value)) out << *number;
  if (auto const* text = std::get_if<std::string>(&value)) out << *text;
  if (auto const* texts = std::get_if<std::vector<std::string>>(&value))
    for (auto const& text : *texts) out << text << ";";
  return out.str();
}

std::string fact(std::string_view name, Facts const& facts) {
  auto const policy = tests::example_policy();
  auto const* recipient =
      facts.transaction.recipients.empty() ? nullptr : &facts.transaction.recipients.back();
  return printed(find_fact(name)->get({.policy = policy, .facts = facts, .recipient = recipient}));
}

TEST(FactNames, AreNotEmptyAreExplainedAndOccurOnce) {
  std::set<std::string_view> names;
  for (auto const& fact : fact_names()) {
    EXPECT_FALSE(fact.name.empty());
    EXPECT_FALSE(fact.meaning.empty()) << fact.name;
    EXPECT_TRUE(names.insert(fact.name).second) << fact.name;
  }
}

TEST(FactNames, GiveTheFactsThatTheyName) {
  std::map<std::string_view, std::string_view> const expected{
      {"client.address", "192.0.2.9"},
      {"client.network", "192.0.2.0/24"},
      {"listener", "192.0.2.1:25"},
      {"time.unix", "1795532400"},
      {"time.hour", "15"},
      {"time.weekday", "2"},
      {"time.date", "2026-11-24"},
      {"handshake.failures", "11"},
      {"client.helo", "helo.example"},
      {"client.ehlo", "true"},
      {"client.name", "mx.far.example.com"},
      {"client.domain", "example.com"},
      {"client.identity", "identity.example"},
      {"client.login", "alice"},
      {"tls", "true"},
      {"tls.version", "1.2"},
      {"tls.cipher", "TLS_AES_128_GCM_SHA256"},
      {"tls.group", "X25519"},
      {"tls.sni", "sni.example"},
      {"tls.resumed", "true"},
      {"tls.certificate", "trusted"},
      {"tls.fingerprint", "ab12"},
      {"memory.expects_tls", "true"},
      {"memory.tls_sessions", "12"},
      {"memory.clear", "13"},
      {"memory.failures", "14"},
      {"memory.days", "15"},
      {"memory.sender_tls_sessions", "16"},
      {"sender.address", "a@mail.sender.example.org"},
      {"sender.domain", "mail.sender.example.org"},
      {"sender.registrable", "example.org"},
      {"sender.null", "false"},
      {"spf", "softfail"},
      {"declared_size", "2001"},
      {"extensions.smtputf8", "true"},
      {"extensions.requiretls", "true"},
      {"extensions.body", "8bitmime"},
      {"recipient.address", "b@mail.recipient.example.net"},
      {"recipient.domain", "mail.recipient.example.net"},
      {"recipient.registrable", "example.net"},
      {"recipient.standing", "alias"},
      {"size", "2002"},
      {"filter.action", "add header"},
      {"filter.score", "7.5"},
      {"filter.symbols", "A B"},
      {"extensions.chunking", "true"},
      {"content.has_8bit", "true"},
      {"content.bare_newlines", "17"},
      {"iprev.result", "pass"},
      {"dkim.result", "policy"},
      {"dkim.domains", "one.example;two.example;"},
      {"dmarc.result", "fail"},
      {"dmarc.domain", "author.example"},
      {"dmarc.policy", "reject"},
      {"dmarc.disposition", "quarantine"},
      {"arc.result", "temperror"},
      {"arc.sealer", "sealer.example"}};
  EXPECT_EQ(expected.size(), fact_names().size());
  for (auto const& name : fact_names()) {
    auto const found = expected.find(name.name);
    ASSERT_NE(found, expected.end()) << name.name << " is not in this test";
    EXPECT_EQ(fact(name.name, full_facts()), found->second) << name.name;
  }
}

TEST(FactNames, WhatIsNotThereIsNil) {
  Facts const nothing{};
  for (auto const* name : {"listener",           "client.helo",      "client.name",
                           "client.domain",      "client.login",     "tls.version",
                           "tls.cipher",         "tls.group",        "tls.sni",
                           "tls.certificate",    "tls.fingerprint",  "memory.days",
                           "sender.address",     "sender.domain",    "sender.registrable",
                           "recipient.address",  "recipient.domain", "recipient.registrable",
                           "recipient.standing", "dmarc.domain",     "dmarc.policy",
                           "arc.sealer"})
    EXPECT_EQ(fact(name, nothing), "nil") << name;
  auto in_the_clear = full_facts();
  in_the_clear.connection.tls.state = TlsState::failed;
  for (auto const* name :
       {"tls.version", "tls.cipher", "tls.group", "tls.sni", "tls.certificate", "tls.fingerprint"})
    EXPECT_EQ(fact(name, in_the_clear), "nil") << name;
}

}  // namespace
}  // namespace postern::policy

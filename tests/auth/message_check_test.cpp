#include "auth/message_check.hpp"

#include <gtest/gtest.h>

#include "auth/author_domains.hpp"
#include "auth/signing.hpp"
#include "support/dns_view.hpp"

namespace postern::auth {
namespace {

constexpr std::uint64_t noon = 1'795'478'400;

std::vector<std::string> domains_in(std::string_view header) { return author_domains(split_header(header)); }

using Domains = std::vector<std::string>;

TEST(AuthorDomains, AreThoseOfTheAddressesInFrom) {
  EXPECT_EQ(domains_in("From: Alice <alice@Example.ORG>\r\n"), Domains{"example.org"});
  EXPECT_EQ(domains_in("From: \"bob@bank.example\" <x@evil.example>\r\n"), Domains{"evil.example"});
  EXPECT_EQ(domains_in("From:\r\n a@one.example,\r\n b@one.example\r\n"), Domains{"one.example"});
  EXPECT_EQ(domains_in("from : a@one.example (comment@two.example)\r\n"), Domains{"one.example"});
  EXPECT_EQ(domains_in("Subject: a@one.example\r\n"), Domains{});
  EXPECT_EQ(domains_in("From: <>\r\n"), Domains{});
}

TEST(AuthorDomains, AreAllThatAnybodyMaySee) {
  EXPECT_EQ(domains_in("From: a@one.example\r\nFrom: b@two.example\r\n"),
            (Domains{"one.example", "two.example"}));
  EXPECT_EQ(domains_in("From: ceo, <ceo@bank.example> <x@evil.example>\r\n"),
            (Domains{"bank.example", "evil.example"}));
  EXPECT_EQ(domains_in("From: Smith, John <j@one.example>\r\n"), Domains{"one.example"});
}

TEST(AuthorDomains, AreFoundWhateverStandsAroundThem) {
  for (auto const* from :
       {"Alice <alice@ a.example>", "alice@\r\n a.example", "alice@\ta.example", "alice@a .example",
        "Alice <alice@a. example>", "Alice <alice@(c) a.example>", "Alice <alice@(c(d)) a.(e)example>",
        "x <alice@[a.example]>", "x <alice@\"a.example\">", "x <alice@ a.example."})
    EXPECT_EQ(domains_in("From: " + std::string(from) + "\r\n"), std::vector<std::string>{"a.example"})
        << from;
  EXPECT_EQ(domains_in("From: a@safe.example, <alice@ a.example>\r\n"),
            (std::vector<std::string>{"safe.example", "a.example"}));
}

TEST(AuthorDomains, HoldAnEmptyNameWhereNoneCanBeRead) {
  for (auto const* from : {"(Alice <alice@a.example>",
                           "=?utf-8?Q?Alice_=3Calice=40a.example=3E?=", "x <alice@=?utf-8?q?a.example?=>",
                           "x <alice\xEF\xBC\xA0"
                           "a.example>",
                           "nobody <"}) {
    auto const domains = domains_in("From: " + std::string(from) + "\r\n");
    EXPECT_TRUE(domains.empty() || domains.back().empty() || domains.back() == "a.example") << from;
  }
  EXPECT_EQ(domains_in("From: x <alice@=?utf-8?q?a.example?=>\r\n"), std::vector<std::string>{""});
}

TEST(AuthorDomains, AreNoMoreThanSoMany) {
  std::string list = "From: a@d0.example";
  for (int i = 1; i < 100; ++i) list += ", a@d" + std::to_string(i) + ".example";
  EXPECT_EQ(domains_in(list + "\r\n").size(), most_authors + 1);
}

std::shared_ptr<SigningKey const> key() {
  static auto const made = *read_signing_key(new_signing_key(KeyType::ed25519));
  return made;
}

std::string signed_by(std::string const& domain, std::string const& header, std::string const& body) {
  MessageDigests digests;
  digests.feed_header(header + "\r\n");
  auto const hash = digests.want_body_hash(Canonical::relaxed, {});
  digests.feed_body(body);
  digests.finish();
  return dkim_signature_field({.domain = domain, .selector = "s", .key = key()}, digests.fields(),
                              digests.body_hash(*hash), noon) +
         header + "\r\n" + body;
}

MessageFindings findings_of(std::string_view message, tests::SmallDns& dns, std::size_t piece = 1000,
                            MessageQuestion question = {.now = noon}) {
  MessageCheck check;
  for (; !message.empty(); message.remove_prefix(std::min(piece, message.size())))
    check.feed(message.substr(0, piece));
  check.finish();
  return dns.settle([&](DnsView& view) { return check.findings(question, view); });
}

tests::SmallDns dns_of_author() {
  tests::SmallDns dns;
  dns.txt("s._domainkey.author.example", key()->record());
  dns.txt("_dmarc.author.example", "v=DMARC1; p=reject");
  return dns;
}

TEST(MessageCheck, FindsSignaturesAndPolicyHoweverTheMessageIsCut) {
  auto const message = signed_by("author.example", "From: a@author.example\r\nSubject: x\r\n", "Hello\r\n");
  for (std::size_t const piece : {std::size_t{1}, std::size_t{7}, message.size()}) {
    auto dns = dns_of_author();
    auto const found = findings_of(message, dns, piece);
    ASSERT_EQ(found.dkim.size(), 1U);
    EXPECT_EQ(found.dkim[0].result, DkimResult::pass) << found.dkim[0].problem;
    EXPECT_EQ(found.dmarc.result, DmarcResult::pass);
    EXPECT_EQ(found.arc.result, ArcResult::none);
  }
}

TEST(MessageCheck, AsksForKeysAndPolicyAtTheSameTime) {
  MessageCheck check;
  check.feed(signed_by("author.example", "From: a@author.example\r\n", "Hello\r\n"));
  check.finish();
  DnsView view;
  EXPECT_FALSE(check.findings({.now = noon}, view));
  EXPECT_TRUE(view.wanted().contains({"s._domainkey.author.example", wire::DnsType::txt}));
  EXPECT_TRUE(view.wanted().contains({"_dmarc.author.example", wire::DnsType::txt}));
}

TEST(MessageCheck, FailsDmarcOfWhatNobodyHasSigned) {
  auto dns = dns_of_author();
  auto const found = findings_of("From: a@author.example\r\n\r\nHello\r\n", dns);
  EXPECT_TRUE(found.dkim.empty());
  EXPECT_EQ(found.dmarc.result, DmarcResult::fail);
  EXPECT_EQ(found.dmarc.policy, DmarcPolicy::reject);
}

TEST(MessageCheck, PassesDmarcBySpfAlone) {
  auto dns = dns_of_author();
  auto const found = findings_of("From: a@author.example\r\n\r\nHello\r\n", dns, 1000,
                                 {.spf = SpfResult::pass, .spf_domain = "author.example", .now = noon});
  EXPECT_EQ(found.dmarc.result, DmarcResult::pass);
}

TEST(MessageCheck, IsATemporaryErrorWhenTheDnsDoesNotAnswer) {
  auto dns = dns_of_author();
  dns.broken = {"s._domainkey.author.example"};
  auto const found = findings_of(signed_by("author.example", "From: a@author.example\r\n", "Hello\r\n"), dns);
  ASSERT_EQ(found.dkim.size(), 1U);
  EXPECT_EQ(found.dkim[0].result, DkimResult::temperror);
  EXPECT_EQ(found.dmarc.result, DmarcResult::temperror);
}

TEST(MessageCheck, ReadsContentWithoutABodyAndWithoutAnything) {
  auto dns = dns_of_author();
  EXPECT_EQ(findings_of("From: a@author.example\r\n", dns).dmarc.result, DmarcResult::fail);
  EXPECT_EQ(findings_of("From: a@author.example", dns).dmarc.result, DmarcResult::fail);
  EXPECT_EQ(findings_of("", dns).dmarc.result, DmarcResult::permerror);
}

TEST(MessageCheck, DoesNotLetALongHeaderHideTheAuthor) {
  auto dns = dns_of_author();
  std::string message = "From: a@author.example\r\n";
  while (message.size() <= MessageDigests::most_header) message += "X: " + std::string(900, 'x') + "\r\n";
  EXPECT_EQ(findings_of(message + "\r\nHello\r\n", dns).dmarc.result, DmarcResult::permerror);
}

ArcAnswer chain_of(std::vector<std::string> sealers, std::string first, std::string last) {
  return {.result = ArcResult::pass,
          .instances = static_cast<std::uint32_t>(sealers.size()),
          .sealers = std::move(sealers),
          .last_results = std::move(last),
          .first_results = std::move(first)};
}

constexpr auto passed = "mx.list.example; dmarc=pass header.from=author.example";
constexpr auto failed = "mx.list.example; dmarc=fail header.from=author.example";

TEST(Vouching, IsTheLastSealersWordWhenHeIsTrusted) {
  auto const chain = chain_of({"list.example"}, passed, passed);
  EXPECT_TRUE(is_vouched_for(chain, "author.example", {"list.example"}));
  EXPECT_FALSE(is_vouched_for(chain, "other.example", {"list.example"}));
  EXPECT_FALSE(is_vouched_for(chain, "author.example", {"another.example"}));
  EXPECT_FALSE(is_vouched_for(chain, "author.example", {}));
  EXPECT_FALSE(
      is_vouched_for(chain_of({"list.example"}, failed, failed), "author.example", {"list.example"}));
  EXPECT_FALSE(is_vouched_for(chain_of({"list.example"}, "?", "?"), "author.example", {"list.example"}));
  auto broken = chain;
  broken.result = ArcResult::fail;
  EXPECT_FALSE(is_vouched_for(broken, "author.example", {"list.example"}));
}

TEST(Vouching, IsTheFirstSealersWordWhenAllAreTrusted) {
  auto const chain = chain_of({"first.example", "list.example"}, passed, failed);
  EXPECT_TRUE(is_vouched_for(chain, "author.example", {"list.example", "first.example"}));
  EXPECT_FALSE(is_vouched_for(chain, "author.example", {"list.example"}));
}

}  // namespace
}  // namespace postern::auth

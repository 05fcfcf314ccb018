#include "dialogue/authentication.hpp"

#include <gtest/gtest.h>

#include "auth/authentication_results.hpp"
#include "base/ascii.hpp"
#include "support/example_policy.hpp"

namespace postern::dialogue {
namespace {

policy::Facts facts_of_message() {
  policy::Facts facts;
  facts.stage = policy::Stage::content;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  facts.connection.iprev = policy::Iprev::fail;
  facts.connection.helo = "client.example";
  facts.transaction.mail.reverse_path = tests::address("a@sender.example");
  facts.transaction.spf = policy::Spf::softfail;
  return facts;
}

auth::MessageFindings failing_findings() {
  auth::MessageFindings findings;
  findings.dkim = {{.result = auth::DkimResult::fail, .domain = "one.example", .selector = "s"},
                   {.result = auth::DkimResult::pass, .domain = "two.example", .selector = "t"},
                   {.result = auth::DkimResult::pass, .domain = "two.example", .selector = "u"}};
  findings.dmarc.result = auth::DmarcResult::fail;
  findings.dmarc.policy = auth::DmarcPolicy::reject;
  findings.dmarc.author_domain = "author.example";
  findings.dmarc.record_domain = "author.example";
  return findings;
}

TEST(AuthenticationFacts, TellTheBestSignatureAndAllWhoseHold) {
  auto const found = authentication_facts(failing_findings(), facts_of_message(), {}, 0);
  EXPECT_EQ(found.dkim, policy::Dkim::pass);
  EXPECT_EQ(found.dkim_domains, std::vector<std::string>{"two.example"});
  EXPECT_EQ(found.dmarc, policy::Dmarc::fail);
  EXPECT_EQ(found.dmarc_policy, auth::DmarcPolicy::reject);
  EXPECT_EQ(found.disposition, auth::DmarcPolicy::reject);
  EXPECT_EQ(found.arc, policy::Arc::none);
}

TEST(AuthenticationFacts, KeepThePolicyOfMailThatPasses) {
  auto findings = failing_findings();
  findings.dmarc.result = auth::DmarcResult::pass;
  auto const found = authentication_facts(findings, facts_of_message(), {}, 0);
  EXPECT_EQ(found.dmarc_policy, auth::DmarcPolicy::reject);
  EXPECT_EQ(found.disposition, auth::DmarcPolicy::none);
}

TEST(AuthenticationFacts, SpareTheShareThatTheDomainSpares) {
  auto findings = failing_findings();
  findings.dmarc.record.percent = 30;
  EXPECT_EQ(authentication_facts(findings, facts_of_message(), {}, 29).disposition,
            auth::DmarcPolicy::reject);
  EXPECT_EQ(authentication_facts(findings, facts_of_message(), {}, 30).disposition,
            auth::DmarcPolicy::quarantine);
}

TEST(AuthenticationFacts, DoNothingToTrustedForwardersAndSealers) {
  auto findings = failing_findings();
  policy::DmarcSettings settings;
  settings.trusted_forwarders = {*Network::parse("203.0.113.0/24")};
  auto found = authentication_facts(findings, facts_of_message(), settings, 0);
  EXPECT_EQ(found.dmarc, policy::Dmarc::fail);
  EXPECT_EQ(found.disposition, auth::DmarcPolicy::none);
  EXPECT_EQ(found.dmarc_override, policy::DmarcOverride::trusted_forwarder);
  settings.trusted_forwarders.clear();
  settings.trusted_sealers = {"list.example"};
  findings.arc = {.result = auth::ArcResult::pass,
                  .instances = 1,
                  .sealers = {"list.example"},
                  .last_results = "mx.list.example; dmarc=pass header.from=author.example"};
  found = authentication_facts(findings, facts_of_message(), settings, 0);
  EXPECT_EQ(found.disposition, auth::DmarcPolicy::none);
  EXPECT_EQ(found.dmarc_override, policy::DmarcOverride::trusted_sealer);
  EXPECT_EQ(found.arc_sealer, "list.example");
}

TEST(AuthenticationFacts, DoNotCallItAFailureWhereSpfIsNotLookedUp) {
  auto facts = facts_of_message();
  facts.transaction.spf = policy::Spf::not_asked;
  auto const found = authentication_facts(failing_findings(), facts, {}, 0);
  EXPECT_EQ(found.dmarc, policy::Dmarc::not_asked);
  EXPECT_EQ(found.disposition, auth::DmarcPolicy::none);
}

TEST(AuthenticationFacts, RefuseNothingForATemporaryErrorAndFlagWhatHasNoAuthorToAsk) {
  auto findings = failing_findings();
  findings.dmarc.result = auth::DmarcResult::temperror;
  EXPECT_EQ(authentication_facts(findings, facts_of_message(), {}, 0).disposition, auth::DmarcPolicy::none);
  findings.dmarc.result = auth::DmarcResult::permerror;
  EXPECT_EQ(authentication_facts(findings, facts_of_message(), {}, 0).disposition,
            auth::DmarcPolicy::quarantine);
}

TEST(AuthenticationField, TellsWhatWasFound) {
  auto facts = facts_of_message();
  auto const findings = failing_findings();
  facts.transaction.authentication = authentication_facts(findings, facts, {}, 0);
  auto const field = authentication_field(
      findings, facts, auth::SpfAnswer{.result = auth::SpfResult::softfail}, "mx.example.org");
  std::string const name = "Authentication-Results: ";
  ASSERT_EQ(field.substr(0, name.size()), name);
  EXPECT_TRUE(field.ends_with('\n'));
  EXPECT_EQ(field.find('\r'), std::string::npos);
  auto const parsed = auth::parse_authentication_results(field.substr(name.size()));
  ASSERT_TRUE(parsed) << field;
  EXPECT_EQ(parsed->server, "mx.example.org");
  std::string all;
  for (auto const& one : parsed->results) all += one.method + "=" + one.result + " ";
  EXPECT_EQ(all, "iprev=fail spf=softfail dkim=fail dkim=pass dkim=pass dmarc=fail ");
  EXPECT_EQ(parsed->results[1].property("smtp", "mailfrom"), "a@sender.example");
  EXPECT_EQ(parsed->results[3].property("header", "d"), "two.example");
  EXPECT_EQ(parsed->results[5].property("header", "from"), "author.example");
  EXPECT_EQ(parsed->results[5].property("policy", "dmarc"), "reject");
}

TEST(AuthenticationField, HasOnlyAsciiAndLinesOfAFieldWhateverStrangersWrite) {
  auto facts = facts_of_message();
  facts.transaction.mail.reverse_path.reset();
  facts.connection.helo = "b\xC3\xBC" + std::string(400, 'x') + "\r\nX-Forged: y";
  auto findings = failing_findings();
  findings.dkim[0].problem = "a \"problem\"\r\nX-Forged: y";
  facts.transaction.authentication = authentication_facts(findings, facts, {}, 0);
  auto const field = authentication_field(findings, facts, auth::SpfAnswer{}, "mx.example.org");
  EXPECT_TRUE(is_ascii(field));
  std::size_t begin = 0;
  for (auto end = field.find('\n'); end != std::string::npos; end = field.find('\n', begin)) {
    EXPECT_LE(end - begin, 998U);
    EXPECT_TRUE(begin == 0 || is_blank(field[begin])) << field;
    begin = end + 1;
  }
  EXPECT_EQ(begin, field.size());
}

}  // namespace
}  // namespace postern::dialogue

// DMARC: records, alignment, where policies are found and what is to be done (RFC 7489, RFC 9091).
#include <gtest/gtest.h>

#include "auth/dmarc_evaluation.hpp"
#include "support/dns_view.hpp"

namespace postern::tests {
namespace {

using namespace auth;

std::optional<DmarcRecord> record_in(std::string const& text) { return parse_dmarc_record({text}); }

TEST(DmarcRecord, is_read_with_its_defaults) {
  auto const record = record_in("v=DMARC1; p=reject");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, DmarcPolicy::reject);
  EXPECT_FALSE(record->subdomain_policy);
  EXPECT_FALSE(record->no_such_name_policy);
  EXPECT_EQ(record->dkim_alignment, Alignment::relaxed);
  EXPECT_EQ(record->spf_alignment, Alignment::relaxed);
  EXPECT_EQ(record->percent, 100);
  EXPECT_FALSE(record->testing);
  EXPECT_EQ(record->public_suffix, PublicSuffix::unsaid);
  EXPECT_TRUE(record->reports.empty());
}

TEST(DmarcRecord, is_read_with_all_its_tags) {
  auto const record = record_in(
      " v = DMARC1 ; p = Quarantine;sp=NONE; np=reject; adkim=s; aspf=S; pct=20; t=y; psd=n; "
      "rua=mailto:a@x.example!10m , mailto:b@x.example;");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, DmarcPolicy::quarantine);
  EXPECT_EQ(record->subdomain_policy, DmarcPolicy::none);
  EXPECT_EQ(record->no_such_name_policy, DmarcPolicy::reject);
  EXPECT_EQ(record->dkim_alignment, Alignment::strict);
  EXPECT_EQ(record->spf_alignment, Alignment::strict);
  EXPECT_EQ(record->percent, 20);
  EXPECT_TRUE(record->testing);
  EXPECT_EQ(record->public_suffix, PublicSuffix::no);
  EXPECT_EQ(record->reports, (std::vector<std::string>{"mailto:a@x.example!10m", "mailto:b@x.example"}));
}

TEST(DmarcRecord, begins_with_its_version_and_is_the_only_one) {
  for (std::string const text : {"", "p=reject", "p=reject; v=DMARC1", "v=DMARC2; p=reject",
                                 "v=dmarc1; p=reject", "v=DMARC10; p=reject", "v=spf1 -all"})
    EXPECT_FALSE(record_in(text)) << text;
  EXPECT_FALSE(parse_dmarc_record({"v=DMARC1; p=reject", "v=DMARC1; p=none"}));
  EXPECT_TRUE(parse_dmarc_record({"other text", "v=DMARC1; p=reject"}));
  EXPECT_FALSE(parse_dmarc_record({}));
}

TEST(DmarcRecord, what_is_wrong_behind_the_policy_is_passed_over) {  // RFC 7489 section 6.3
  for (std::string const text :
       {"v=DMARC1; p=reject; nonsense", "v=DMARC1; p=reject;; ;",
        "v=DMARC1; p=reject; 1=2; adkim=x; pct=many; pct=5", "v=DMARC1; p=reject; pct=101",
        "v=DMARC1; p=reject; np=never", "v=DMARC1; p=reject; p=none", "v=DMARC1; x=\x01; p=reject"}) {
    auto const record = record_in(text);
    ASSERT_TRUE(record) << text;
    EXPECT_EQ(record->policy, DmarcPolicy::reject) << text;
    EXPECT_EQ(record->percent, 100) << text;
  }
}

TEST(DmarcRecord, without_a_usable_policy_it_only_asks_for_reports) {  // RFC 7489 section 6.6.3
  for (std::string const text :
       {"v=DMARC1", "v=DMARC1; p=never", "v=DMARC1; p=", "v=DMARC1; p=reject; sp=never"}) {
    EXPECT_FALSE(record_in(text)) << text;
    EXPECT_FALSE(record_in(text + "; rua=nobody")) << text;
    auto const record = record_in(text + "; rua=mailto:a@x.example");
    ASSERT_TRUE(record) << text;
    EXPECT_EQ(record->policy, DmarcPolicy::none) << text;
    EXPECT_FALSE(record->subdomain_policy) << text;
  }
}

TEST(DmarcRecord, keeps_ten_addresses_for_reports) {
  std::string text = "v=DMARC1; p=none; rua=mailto:a@x.example";
  for (int i = 0; i < 50; ++i) text += ",mailto:a@x.example";
  EXPECT_EQ(record_in(text)->reports.size(), 10U);
}

DkimAnswer signature_of(DkimResult result, std::string domain) {
  return {.result = result, .domain = std::move(domain)};
}

class Dmarc : public ::testing::Test {
 protected:
  DmarcAnswer ask() {
    return dns.settle([&](DnsView& view) { return evaluate_dmarc(question, view); });
  }
  DmarcAnswer ask_with(std::string const& author, std::string const& dkim_domain,
                       std::string const& spf_domain = "") {
    question.author_domains = {author};
    question.dkim = {signature_of(DkimResult::pass, dkim_domain)};
    question.spf = spf_domain.empty() ? SpfResult::none : SpfResult::pass;
    question.spf_domain = spf_domain;
    return ask();
  }
  SmallDns dns;
  DmarcQuestion question;
};

TEST_F(Dmarc, one_aligned_pass_is_enough) {
  dns.txt("_dmarc.our.example", "v=DMARC1; p=reject");
  EXPECT_EQ(ask_with("our.example", "our.example").result, DmarcResult::pass);
  EXPECT_TRUE(ask_with("our.example", "our.example").dkim_aligned);
  auto const by_spf = ask_with("our.example", "other.example", "mail.our.example");
  EXPECT_EQ(by_spf.result, DmarcResult::pass);
  EXPECT_TRUE(by_spf.spf_aligned);
  EXPECT_FALSE(by_spf.dkim_aligned);
  auto const failed = ask_with("our.example", "other.example", "other.example");
  EXPECT_EQ(failed.result, DmarcResult::fail);
  EXPECT_EQ(failed.policy, DmarcPolicy::reject);
  EXPECT_EQ(failed.record_domain, "our.example");
  question.dkim = {signature_of(DkimResult::fail, "our.example"),
                   signature_of(DkimResult::policy, "our.example")};
  EXPECT_EQ(ask().result, DmarcResult::fail);
}

TEST_F(Dmarc, relaxed_alignment_is_that_of_the_organization_and_strict_that_of_the_name) {
  dns.txt("_dmarc.our.co.uk", "v=DMARC1; p=reject");
  EXPECT_EQ(ask_with("mail.our.co.uk", "news.our.co.uk").result, DmarcResult::pass);
  EXPECT_EQ(ask_with("MAIL.Our.Co.UK.", "news.our.co.uk").result, DmarcResult::pass);
  EXPECT_EQ(ask_with("our.co.uk", "their.co.uk").result, DmarcResult::fail);
  EXPECT_EQ(ask_with("our.co.uk", "co.uk").result, DmarcResult::fail);
  EXPECT_EQ(ask_with("our.co.uk", "notour.co.uk").result, DmarcResult::fail);
  dns = {};
  dns.txt("_dmarc.our.co.uk", "v=DMARC1; p=reject; adkim=s; aspf=s");
  EXPECT_EQ(ask_with("our.co.uk", "news.our.co.uk").result, DmarcResult::fail);
  EXPECT_EQ(ask_with("our.co.uk", "OUR.co.uk").result, DmarcResult::pass);
  EXPECT_EQ(ask_with("our.co.uk", "x.example", "news.our.co.uk").result, DmarcResult::fail);
}

TEST_F(Dmarc, a_name_below_takes_the_policy_for_names_below) {
  dns.txt("_dmarc.our.example", "v=DMARC1; p=none; sp=quarantine; np=reject");
  dns.address("there.our.example", "192.0.2.1");
  dns.mx("mail.our.example", 0, "there.our.example");
  dns.address("six.our.example", "2001:db8::1");
  dns.txt("text.our.example", "no address");
  EXPECT_EQ(ask_with("our.example", "x.example").policy, DmarcPolicy::none);
  EXPECT_EQ(ask_with("there.our.example", "x.example").policy, DmarcPolicy::quarantine);
  EXPECT_EQ(ask_with("mail.our.example", "x.example").policy, DmarcPolicy::quarantine);
  EXPECT_EQ(ask_with("six.our.example", "x.example").policy, DmarcPolicy::quarantine);
  EXPECT_EQ(ask_with("text.our.example", "x.example").policy, DmarcPolicy::reject);
  EXPECT_EQ(ask_with("nowhere.our.example", "x.example").policy, DmarcPolicy::reject);
  dns.broken.insert("nowhere.our.example");
  EXPECT_EQ(ask_with("nowhere.our.example", "x.example").policy, DmarcPolicy::quarantine);
  dns.txt("_dmarc.there.our.example", "v=DMARC1; p=reject");
  EXPECT_EQ(ask_with("there.our.example", "x.example").policy, DmarcPolicy::reject);
}

TEST_F(Dmarc, without_a_record_there_is_no_answer_and_a_silent_dns_is_a_passing_one) {
  EXPECT_EQ(ask_with("our.example", "our.example").result, DmarcResult::none);
  dns.broken.insert("_dmarc.our.example");
  auto const answer = ask_with("our.example", "our.example");
  EXPECT_EQ(answer.result, DmarcResult::temperror);
  EXPECT_EQ(policy_to_apply(answer, 0), DmarcPolicy::none);
}

// Else whoever has a name server that does not answer could pass for anybody.
TEST_F(Dmarc, only_checks_that_would_be_aligned_can_hold_a_failure_off) {
  dns.txt("_dmarc.our.example", "v=DMARC1; p=reject");
  question.author_domains = {"our.example"};
  question.dkim = {signature_of(DkimResult::temperror, "evil.example")};
  EXPECT_EQ(ask().result, DmarcResult::fail);
  question.spf = SpfResult::temperror;
  question.spf_domain = "evil.example";
  EXPECT_EQ(ask().result, DmarcResult::fail);
  question.spf_domain = "mail.our.example";
  EXPECT_EQ(ask().result, DmarcResult::temperror);
  question.spf = SpfResult::none;
  question.dkim = {signature_of(DkimResult::temperror, "our.example")};
  EXPECT_EQ(ask().result, DmarcResult::temperror);
  question.dkim.push_back(signature_of(DkimResult::pass, "our.example"));
  EXPECT_EQ(ask().result, DmarcResult::pass);
}

// Else a second author would take the first one's policy away.
TEST_F(Dmarc, of_several_authors_the_strictest_policy_holds) {  // RFC 7489 section 6.6.1
  dns.txt("_dmarc.strict.example", "v=DMARC1; p=reject");
  dns.txt("_dmarc.mild.example", "v=DMARC1; p=none");
  question.author_domains = {"open.example", "mild.example", "strict.example"};
  auto const answer = ask();
  EXPECT_EQ(answer.result, DmarcResult::fail);
  EXPECT_EQ(answer.policy, DmarcPolicy::reject);
  EXPECT_EQ(answer.author_domain, "strict.example");
  question.dkim = {signature_of(DkimResult::pass, "strict.example")};
  EXPECT_EQ(ask().author_domain, "mild.example");
  question.author_domains = {"strict.example", "open.example"};
  EXPECT_EQ(ask().result, DmarcResult::none);  // nobody vouches for the other one
  question.author_domains = {"strict.example", "STRICT.example"};
  EXPECT_EQ(ask().result, DmarcResult::pass);
}

TEST_F(Dmarc, many_authors_are_an_error_that_spares_nobody_among_the_first) {
  dns.txt("_dmarc.strict.example", "v=DMARC1; p=reject");
  for (int i = 0; i < 50'000; ++i) question.author_domains.push_back("a" + std::to_string(i) + ".example");
  EXPECT_EQ(ask().result, DmarcResult::permerror);
  question.author_domains.front() = "strict.example";
  EXPECT_EQ(ask().result, DmarcResult::fail);
  EXPECT_LE(dns.questions, 2 * 20);
}

TEST_F(Dmarc, without_an_author_no_policy_can_be_found) {
  EXPECT_EQ(ask().result, DmarcResult::permerror);
  question.author_domains = {""};
  EXPECT_EQ(ask().result, DmarcResult::permerror);
  for (auto const& bad :
       {std::string("a..example"), std::string(300, 'a'), std::string("a\\b.example"), std::string(".")}) {
    question.author_domains = {bad};
    EXPECT_EQ(ask().result, DmarcResult::permerror) << bad;
  }
}

TEST_F(Dmarc, an_author_who_cannot_be_read_hides_no_other) {
  dns.txt("_dmarc.strict.example", "v=DMARC1; p=reject");
  question.author_domains = {"", "strict.example"};
  EXPECT_EQ(ask().result, DmarcResult::fail);
  question.author_domains = {"open.example", ""};
  EXPECT_EQ(ask().result, DmarcResult::permerror);
}

TEST_F(Dmarc, what_is_done_is_a_step_milder_for_what_is_spared) {
  DmarcAnswer answer{.result = DmarcResult::fail, .policy = DmarcPolicy::reject};
  EXPECT_EQ(policy_to_apply(answer, 99), DmarcPolicy::reject);
  answer.record.percent = 30;
  EXPECT_EQ(policy_to_apply(answer, 29), DmarcPolicy::reject);
  EXPECT_EQ(policy_to_apply(answer, 30), DmarcPolicy::quarantine);
  answer.record.percent = 0;
  EXPECT_EQ(policy_to_apply(answer, 0), DmarcPolicy::quarantine);
  answer.record.percent = 100;
  answer.record.testing = true;
  EXPECT_EQ(policy_to_apply(answer, 0), DmarcPolicy::quarantine);
  answer.policy = DmarcPolicy::quarantine;
  EXPECT_EQ(policy_to_apply(answer, 0), DmarcPolicy::none);
  answer.result = DmarcResult::pass;
  answer.record.testing = false;
  EXPECT_EQ(policy_to_apply(answer, 0), DmarcPolicy::none);
}

class DmarcTreeWalk : public Dmarc {
 protected:
  DmarcTreeWalk() { question.discovery = DmarcDiscovery::tree_walk; }
  std::string organization_of(std::string const& domain) {
    return dns
        .settle([&](DnsView& view) { return find_organization(domain, DmarcDiscovery::tree_walk, view); })
        .domain;
  }
};

TEST_F(DmarcTreeWalk, the_organization_is_the_record_with_the_fewest_labels) {
  EXPECT_EQ(organization_of("a.b.our.example"), "a.b.our.example");
  dns.txt("_dmarc.b.our.example", "v=DMARC1; p=none");
  EXPECT_EQ(organization_of("a.b.our.example"), "b.our.example");
  dns.txt("_dmarc.our.example", "v=DMARC1; p=none");
  EXPECT_EQ(organization_of("a.b.our.example"), "our.example");
}

TEST_F(DmarcTreeWalk, records_may_say_that_they_stand_at_a_boundary) {
  dns.txt("_dmarc.example", "v=DMARC1; p=reject; psd=y");
  EXPECT_EQ(organization_of("a.our.example"), "our.example");
  EXPECT_EQ(organization_of("example"), "example");  // the walk begins there
  dns.txt("_dmarc.our.example", "v=DMARC1; p=none");
  dns.txt("_dmarc.branch.our.example", "v=DMARC1; p=none; psd=n");
  EXPECT_EQ(organization_of("a.our.example"), "our.example");
  EXPECT_EQ(organization_of("a.branch.our.example"), "branch.our.example");
}

TEST_F(DmarcTreeWalk, takes_eight_steps_and_skips_the_middle_of_long_names) {
  dns.txt("_dmarc.our.example", "v=DMARC1; p=none");
  std::string name = "our.example";
  for (int i = 0; i < 20; ++i) name = "l" + std::to_string(i) + "." + name;
  EXPECT_EQ(organization_of(name), "our.example");
  EXPECT_EQ(dns.questions, 8);
  dns.txt("_dmarc.l3.l2.l1.l0.our.example", "v=DMARC1; p=none; psd=n");  // six labels: the walk comes by
  EXPECT_EQ(organization_of(name), "l3.l2.l1.l0.our.example");
  dns.txt("_dmarc.l9.l8.l7.l6.l5.l4.l3.l2.l1.l0.our.example",
          "v=DMARC1; p=none; psd=n");  // twelve: it does not
  EXPECT_EQ(organization_of(name), "l3.l2.l1.l0.our.example");
}

TEST_F(DmarcTreeWalk, the_policy_is_the_authors_the_organizations_or_the_suffixes) {
  dns.txt("_dmarc.example", "v=DMARC1; p=reject; sp=quarantine; psd=y");
  auto const by_suffix = ask_with("a.our.example", "x.example");
  EXPECT_EQ(by_suffix.record_domain, "example");
  EXPECT_EQ(by_suffix.policy, DmarcPolicy::quarantine);
  dns.txt("_dmarc.our.example", "v=DMARC1; p=reject");
  dns.txt("_dmarc.b.our.example", "v=DMARC1; p=none");
  EXPECT_EQ(ask_with("a.b.our.example", "x.example").record_domain, "our.example");  // not one in between
  EXPECT_EQ(ask_with("b.our.example", "x.example").record_domain, "b.our.example");
  EXPECT_EQ(ask_with("a.b.our.example", "c.our.example").result, DmarcResult::pass);
  EXPECT_EQ(ask_with("a.our.example", "their.example").result, DmarcResult::fail);
}

TEST_F(DmarcTreeWalk, an_open_question_on_the_way_is_a_passing_error_and_aligns_nothing) {
  dns.txt("_dmarc.our.example", "v=DMARC1; p=reject");
  dns.broken.insert("_dmarc.b.our.example");
  EXPECT_EQ(ask_with("our.example", "a.b.our.example").result, DmarcResult::temperror);
  EXPECT_EQ(ask_with("our.example", "our.example").result, DmarcResult::pass);
}

}  // namespace
}  // namespace postern::tests

// SPF against the text of RFC 7208, section by section.
#include <gtest/gtest.h>

#include "auth/spf_evaluation.hpp"
#include "auth/spf_macro.hpp"
#include "auth/spf_record.hpp"
#include "support/spf_question.hpp"

namespace postern::tests {
namespace {

using namespace auth;

class Spf : public ::testing::Test {
 protected:
  SpfAnswer ask(std::string sender, char const* client = "192.0.2.3", std::string helo = "mail.x.example") {
    return ask_spf(dns, std::move(sender), client, std::move(helo));
  }
  SpfResult result_of_record(std::string_view record, char const* client = "192.0.2.3") {
    SmallDns const before = dns;
    dns.txt("x.example", record);
    auto const answer = ask("a@x.example", client);
    dns = before;
    return answer.result;
  }
  SmallDns dns;
};

TEST_F(Spf, qualifiers_decide) {
  EXPECT_EQ(result_of_record("v=spf1 +all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record("v=spf1 ~all"), SpfResult::softfail);
  EXPECT_EQ(result_of_record("v=spf1 ?all"), SpfResult::neutral);
  EXPECT_EQ(result_of_record("v=spf1"), SpfResult::neutral);
  EXPECT_EQ(result_of_record("V=SPF1 -ALL"), SpfResult::fail);
}

TEST_F(Spf, only_a_record_of_this_version_is_one) {
  EXPECT_EQ(result_of_record("v=spf10 -all"), SpfResult::none);
  EXPECT_EQ(result_of_record("v=spf1-all"), SpfResult::none);
  EXPECT_EQ(result_of_record(" v=spf1 -all"), SpfResult::none);
  dns.txt("x.example", "v=spf1 -all");
  dns.txt("x.example", "some text");
  EXPECT_EQ(ask("a@x.example").result, SpfResult::fail);
  dns.txt("x.example", "v=spf1 +all");
  EXPECT_EQ(ask("a@x.example").result, SpfResult::permerror);
}

TEST_F(Spf, a_syntax_error_anywhere_spoils_the_record) {
  for (auto const* record : {"v=spf1 all foo",
                             "v=spf1 +all ip4:1.2.3",
                             "v=spf1 all ip4:192.0.2.3/33",
                             "v=spf1 all ip4:192.0.2.3/032",
                             "v=spf1 all ip6:::/129",
                             "v=spf1 all ip4:::1",
                             "v=spf1 all ip6:192.0.2.1",
                             "v=spf1 all include",
                             "v=spf1 all include:",
                             "v=spf1 all exists",
                             "v=spf1 all all:x.example",
                             "v=spf1 all a:",
                             "v=spf1 all a:x",
                             "v=spf1 all a:x.example.12",
                             "v=spf1 all a/",
                             "v=spf1 all a/24/",
                             "v=spf1 all a//129",
                             "v=spf1 all mx:x.example/24/64",
                             "v=spf1 all ptr/24",
                             "v=spf1 all redirect=",
                             "v=spf1 all redirect=y.example redirect=z.example",
                             "v=spf1 all exp=e.example exp=f.example",
                             "v=spf1 all a:%{z}.example",
                             "v=spf1 all a:%{d0}.example",
                             "v=spf1 all a:%.example",
                             "v=spf1 all a:%{d",
                             "v=spf1 +-all",
                             "v=spf1 all foo=%{",
                             "v=spf1 all -"})
    EXPECT_EQ(result_of_record(record), SpfResult::permerror) << record;
}

TEST_F(Spf, unknown_modifiers_are_passed_over) {
  EXPECT_EQ(result_of_record("v=spf1 foo=bar x-y.z=%{d} -all"), SpfResult::fail);
}

TEST_F(Spf, networks_are_compared_by_their_prefix) {
  EXPECT_EQ(result_of_record("v=spf1 ip4:192.0.2.3 -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ip4:192.0.2.0/24 -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ip4:192.0.2.4/31 -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record("v=spf1 ip4:0.0.0.0/0 -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::1"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ip6:::/0 -all", "2001:db8:1::1"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ip6:::/0 -all"), SpfResult::fail);  // an IPv4 client
  EXPECT_EQ(result_of_record("v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::1"), SpfResult::fail);
}

TEST_F(Spf, addresses_and_mail_hosts_of_a_name_match) {
  dns.address("x.example", "192.0.2.3");
  dns.address("h.example", "192.0.2.99");
  dns.address("h.example", "2001:db8::9");
  dns.mx("m.example", 10, "h.example");
  EXPECT_EQ(result_of_record("v=spf1 a -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 a:h.example -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record("v=spf1 a:h.example/24 -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 a:h.example/24//32 -all", "2001:db8::1"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 a:h.example//64 -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record("v=spf1 mx:m.example/24 -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 mx:m.example -all", "192.0.2.99"), SpfResult::pass);
}

TEST_F(Spf, more_than_ten_mail_hosts_are_an_error) {
  for (int i = 0; i < 11; ++i) {
    dns.mx("m.example", i, "h" + std::to_string(i) + ".example");
    dns.address("h" + std::to_string(i) + ".example", "203.0.113.1");
  }
  EXPECT_EQ(result_of_record("v=spf1 mx:m.example -all"), SpfResult::permerror);
}

TEST_F(Spf, includes_match_when_they_pass) {
  dns.txt("pass.example", "v=spf1 ip4:192.0.2.3 -all");
  dns.txt("fail.example", "v=spf1 -all");
  dns.txt("bad.example", "v=spf1 oops");
  dns.broken.insert("broken.example");
  EXPECT_EQ(result_of_record("v=spf1 include:pass.example -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ?include:pass.example -all"), SpfResult::neutral);
  EXPECT_EQ(result_of_record("v=spf1 include:fail.example ~all"), SpfResult::softfail);
  EXPECT_EQ(result_of_record("v=spf1 include:bad.example -all"), SpfResult::permerror);
  EXPECT_EQ(result_of_record("v=spf1 include:none.example -all"), SpfResult::permerror);
  EXPECT_EQ(result_of_record("v=spf1 include:broken.example -all"), SpfResult::temperror);
}

TEST_F(Spf, redirects_count_when_nothing_matches) {
  dns.txt("r.example", "v=spf1 ip4:192.0.2.3 -all");
  EXPECT_EQ(result_of_record("v=spf1 redirect=r.example"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 redirect=r.example ip4:203.0.113.1"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 redirect=r.example ?all"), SpfResult::neutral);
  EXPECT_EQ(result_of_record("v=spf1 redirect=none.example"), SpfResult::permerror);
}

TEST_F(Spf, loops_and_long_chains_end_as_errors) {
  dns.txt("loop.example", "v=spf1 include:loop.example -all");
  EXPECT_EQ(ask("a@loop.example").result, SpfResult::permerror);
  dns.txt("round.example", "v=spf1 redirect=round.example");
  EXPECT_EQ(ask("a@round.example").result, SpfResult::permerror);
  std::string ten = "v=spf1", eleven;
  for (int i = 0; i < 10; ++i) {
    dns.address("a" + std::to_string(i) + ".example", "203.0.113.1");
    ten += " a:a" + std::to_string(i) + ".example";
  }
  EXPECT_EQ(result_of_record(ten + " -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record(ten + " a:a0.example -all"), SpfResult::permerror);
  EXPECT_EQ(result_of_record(ten + " all a:a0.example"), SpfResult::pass);  // it is not reached
}

TEST_F(Spf, more_than_two_look_ups_without_an_answer_are_an_error) {
  EXPECT_EQ(result_of_record("v=spf1 a:n1.example a:n2.example -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record("v=spf1 a:n1.example a:n2.example exists:n3.example -all"),
            SpfResult::permerror);
}

TEST_F(Spf, a_name_that_leads_back_to_the_client_validates_it) {
  dns.pointer("192.0.2.3", "mail.x.example");
  dns.pointer("192.0.2.3", "liar.y.example");
  dns.address("mail.x.example", "192.0.2.3");
  dns.address("liar.y.example", "203.0.113.7");
  EXPECT_EQ(result_of_record("v=spf1 ptr -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ptr:x.example -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 ptr:y.example -all"), SpfResult::fail);
  EXPECT_EQ(result_of_record("v=spf1 ptr:le.example -all"), SpfResult::fail);  // no label of it
}

TEST_F(Spf, macros_make_names) {
  dns.address("3.2.0.192.in-addr._spf.x.example", "127.0.0.2");
  EXPECT_EQ(result_of_record("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all"), SpfResult::pass);
  dns.address("a.mail.x.example", "127.0.0.2");
  EXPECT_EQ(result_of_record("v=spf1 exists:%{l}.%{h} -all"), SpfResult::pass);
  EXPECT_EQ(result_of_record("v=spf1 exists:%{r}.example -all"), SpfResult::permerror);
}

// The examples of section 7.4.
TEST(SpfMacro, expands_as_the_rfc_says) {
  SpfMacroValues const values{.sender = "strong-bad@email.example.com",
                              .domain = "email.example.com",
                              .helo = "mx.example.org",
                              .validated_name = "mx.example.org",
                              .receiver = {},
                              .client = *IpAddress::parse("192.0.2.3")};
  std::pair<char const*, char const*> const cases[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
      {"%%-%_-%-", "%- -%20"},
      {"%{S}", "strong-bad%40email.example.com"}};
  for (auto const& [macro, expanded] : cases) EXPECT_EQ(expand_macros(macro, values), expanded) << macro;
  auto v6 = values;
  v6.client = *IpAddress::parse("2001:db8::cb01");
  EXPECT_EQ(expand_macros("%{ir}.%{v}", v6),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6");
}

TEST_F(Spf, a_long_name_loses_labels_on_its_left) {
  std::string const local(60, 'l');
  std::string const sender = local + "." + local + "." + local + "." + local + "@x.example";
  dns.txt("x.example", "v=spf1 exists:%{l}.long.x.example -all");
  dns.address(local + "." + local + "." + local + ".long.x.example", "127.0.0.2");
  EXPECT_EQ(ask(sender).result, SpfResult::pass);
}

TEST_F(Spf, a_fail_is_explained_in_the_domains_own_words) {
  dns.txt("x.example", "v=spf1 -all exp=why.%{d}");
  dns.txt("why.x.example", "%{i} may not send for %{o}; %{r} says so%_at %{t}");
  EXPECT_EQ(ask("a@x.example").explanation,
            "192.0.2.3 may not send for x.example; our.example says so at 1795478400");
  dns.txt("why.x.example", "another");
  EXPECT_EQ(ask("a@x.example").explanation, "");
  EXPECT_EQ(ask("a@x.example").result, SpfResult::fail);
}

TEST_F(Spf, the_helo_name_stands_for_the_null_sender) {
  dns.txt("mail.x.example", "v=spf1 ip4:192.0.2.3 -all");
  auto const answer = ask("");
  EXPECT_EQ(answer.result, SpfResult::pass);
  EXPECT_EQ(answer.domain, "mail.x.example");
  EXPECT_EQ(ask("", "192.0.2.3", "localhost").result, SpfResult::none);
  EXPECT_EQ(ask("", "192.0.2.3", "[192.0.2.3]").result, SpfResult::none);
}

TEST_F(Spf, a_dns_that_does_not_answer_is_a_passing_error) {
  dns.broken = {"x.example", "h.example"};
  EXPECT_EQ(ask("a@x.example").result, SpfResult::temperror);
  dns.broken = {"h.example"};
  EXPECT_EQ(result_of_record("v=spf1 a:h.example -all"), SpfResult::temperror);
  EXPECT_EQ(result_of_record("v=spf1 exists:h.example -all"), SpfResult::temperror);
  EXPECT_EQ(result_of_record("v=spf1 mx:h.example -all"), SpfResult::temperror);
}

TEST_F(Spf, the_questions_of_one_evaluation_are_bounded) {
  std::string record = "v=spf1";
  for (int i = 0; i < 10; ++i) {
    record += " mx:m" + std::to_string(i) + ".example";
    for (int j = 0; j < 10; ++j) {
      auto const host = "h" + std::to_string(i) + "-" + std::to_string(j) + ".example";
      dns.mx("m" + std::to_string(i) + ".example", j, host);
      dns.address(host, "203.0.113.1");
    }
  }
  dns.txt("x.example", record + " -all");
  EXPECT_EQ(ask("a@x.example").result, SpfResult::fail);
  EXPECT_LE(dns.questions, 1 + 10 * 11);
}

}  // namespace
}  // namespace postern::tests

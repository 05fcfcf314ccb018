// SPF over the ground that the OpenSPF suite for RFC 7208 covers, as tables: a small zone each, and what
// comes of it. Names and addresses are those for documentation.
#include <gtest/gtest.h>

#include "auth/spf_evaluation.hpp"
#include "auth/spf_record.hpp"
#include "support/spf_question.hpp"

namespace postern::tests {
namespace {

using namespace auth;

constexpr auto spf_none = SpfResult::none, spf_neutral = SpfResult::neutral, spf_pass = SpfResult::pass,
               spf_fail = SpfResult::fail, spf_softfail = SpfResult::softfail,
               spf_temperror = SpfResult::temperror, spf_permerror = SpfResult::permerror;

SpfAnswer spf_of(SmallDns dns, std::string sender, char const* client = "192.0.2.4",
                 std::string helo = "mail.example.com") {
  return ask_spf(dns, std::move(sender), client, std::move(helo));
}

struct RecordCase {
  std::string record;
  SpfResult result;
  char const* client = "192.0.2.4";
};
// Each record stands at e.example.com of the zone.
template <std::size_t N>
void check_records(SmallDns const& zone, RecordCase const (&cases)[N]) {
  for (auto const& [record, result, client] : cases) {
    auto dns = zone;
    dns.txt("e.example.com", record);
    auto const answer = spf_of(dns, "foo@e.example.com", client);
    EXPECT_EQ(answer.result, result) << record << " from " << client << ": " << answer.problem;
  }
}

TEST(SpfTable, which_domain_is_asked_about) {  // sections 4.3 and 4.8
  std::string const fits(63, 'a');
  SmallDns dns;
  dns.txt(fits + ".example.com", "v=spf1 -all");
  dns.txt("example.net", "v=spf1 -all exp=exp.example.net");
  dns.txt("exp.example.net", "%{l}");
  EXPECT_EQ(spf_of(dns, "x@" + fits + ".example.com").result, spf_fail);
  EXPECT_EQ(spf_of(dns, "x@" + fits + "a.example.com").result, spf_none);
  EXPECT_EQ(spf_of(dns, "x@A...example.com").result, spf_none);
  EXPECT_EQ(spf_of(dns, "x@[192.0.2.5]").result, spf_none);
  EXPECT_EQ(spf_of(dns, "", "192.0.2.4", "A2345678").result, spf_none);
  EXPECT_EQ(spf_of(dns, "", "192.0.2.4", "[192.0.2.5]").result, spf_none);
  auto const without_local_part = spf_of(dns, "@example.net");
  EXPECT_EQ(without_local_part.result, spf_fail);
  EXPECT_EQ(without_local_part.explanation, "postmaster");
  EXPECT_EQ(spf_of(dns, "", "192.0.2.4", "example.net").explanation, "postmaster");
  EXPECT_EQ(spf_of(dns, "x@Example.NET.").domain, "example.net");
}

TEST(SpfTable, a_domain_in_u_labels_is_asked_about_in_a_labels) {  // RFC 8616 section 4
  SmallDns dns;
  dns.txt("xn--bcher-kva.example", "v=spf1 exists:%{l}.users.example -all");
  dns.address("a.users.example", "127.0.0.2");
  EXPECT_EQ(spf_of(dns,
                   "a@b\xC3\xBC"
                   "cher.example")
                .result,
            spf_pass);
  EXPECT_EQ(spf_of(dns,
                   "\xC3\xA9@b\xC3\xBC"
                   "cher.example")
                .result,
            spf_fail);
  EXPECT_EQ(spf_of(dns, "a@\xFF.example").result, spf_none);
}

TEST(SpfTable, how_the_record_is_chosen) {  // sections 3.1, 4.4, 4.5
  SmallDns dns;
  auto const texts_of = [&](std::vector<std::string> const& texts) {
    auto zone = dns;
    for (auto const& text : texts) zone.txt("e.example.com", text);
    return spf_of(zone, "foo@e.example.com").result;
  };
  EXPECT_EQ(texts_of({}), spf_none);
  EXPECT_EQ(texts_of({"v=spf10 -all", "v=spf1 -all"}), spf_fail);
  EXPECT_EQ(texts_of({"v=spf1mx"}), spf_none);
  EXPECT_EQ(texts_of({"v=spf1"}), spf_neutral);
  EXPECT_EQ(texts_of({"v=spf1 -all", "V=sPf1 +all"}), spf_permerror);
  EXPECT_EQ(texts_of({"v=spf1 -all", "v=spf1 -all"}), spf_permerror);
  EXPECT_EQ(texts_of({"v=SpF1 ~all"}), spf_softfail);
  EXPECT_EQ(texts_of({"v=spf1 -all", "\x96"}), spf_fail);
  EXPECT_EQ(texts_of({"v=spf1 a  -all  "}), spf_fail);
  std::string longer = "v=spf1";
  for (int i = 0; i < 40; ++i) longer += " ip4:203.0.113." + std::to_string(i);
  EXPECT_EQ(texts_of({longer + " -all"}),
            spf_fail);  // several strings of one record are joined without a blank
  dns.broken.insert("e.example.com");
  EXPECT_EQ(texts_of({"v=spf1 -all"}), spf_temperror);
}

TEST(SpfTable, syntax_of_terms) {  // sections 4.6, 5.1, 6, 12
  SmallDns dns;
  dns.address("mail.example.com", "192.0.2.4");
  RecordCase const cases[] = {
      {"v=spf1 ip4:192.0.2.4 -all moo", spf_permerror},
      {"v=spf1 moo.cow-far_out=man:dog/cat ip4:192.0.2.4 -all", spf_pass},
      {"v=spf1 moo.cow/far_out=man:dog/cat ip4:192.0.2.4 -all", spf_permerror},
      {"v=spf1 moo.cow:far_out=man:dog/cat ip4:192.0.2.4 -all", spf_permerror},
      {"v=spf1 redirect=e.example.com ~all", spf_softfail},
      {"v=spf1 ip4:192.0.2.4 redirect:t.example.com", spf_permerror},
      {"v=spf1 a:foo-bar -all", spf_permerror},
      {"v=spf1 a:mail.example...com -all", spf_fail},
      {"v=spf1 a:" + std::string(64, 'a') + ".example.com -all", spf_fail},
      {"v=spf1 a:\xEF\xBB\xBF"
       "garbage.example.net -all",
       spf_permerror},
      {"v=spf1 \x80"
       "a:example.net -all",
       spf_permerror},
      {"v=spf1 a:e.example.com\rptr -all", spf_permerror},
      {"v=spf1\tall", spf_none},
      {"v=spf1 -all.", spf_permerror},
      {"v=spf1 -all:foobar", spf_permerror},
      {"v=spf1 -all/8", spf_permerror},
      {"v=spf1 all -all", spf_pass},
      {"v=spf1 1up=foo", spf_permerror},
      {"v=spf1 =all", spf_permerror},
      {"v=spf1 -all foo=%abc", spf_permerror},
      {"v=spf1 default=pass", spf_neutral},
      {"v=spf1 default=+", spf_neutral},
      {"v=spf1 foo=", spf_neutral},
      {"v=spf1 exp= -all", spf_permerror},
      {"v=spf1 exp=-all", spf_permerror},
      {"v=spf1 redirect=-all ?all", spf_permerror},
      {"v=spf1 ?all redirect=", spf_permerror},
      {"v=spf1 exp=a.example.com -all EXP=a.example.com", spf_permerror},
      {"v=spf1 redirect=a.example.com -all redirect=a.example.com", spf_permerror},
      {"v=spf1 -all exp=%{r}.example.com", spf_permerror},
      {"v=spf1 -all exp=%{c}.example.com", spf_permerror},
      {"v=spf1 ?all redirect=%{t}.example.com", spf_permerror},
      {"v=spf1 -exists:%(ir).sbl.example.com ?all", spf_permerror},
      {"v=spf1 exists:foo%(ir).sbl.example.com ?all", spf_permerror},
      {"v=spf1 exists:foo%.sbl.example.com ?all", spf_permerror},
      {"v=spf1 a:%{a}.example.com -all", spf_permerror},
      {"v=spf1 a:%%{d} -all", spf_permerror},  // it ends with letters in braces, not with a macro
      {"v=spf1 a:foo.%%_ -all", spf_permerror},
      {"v=spf1 a:foo.%_ -all", spf_fail},
  };
  check_records(dns, cases);
}

TEST(SpfTable, addresses) {  // section 5.3
  SmallDns dns;
  dns.address("near.example.com", "192.0.2.5");
  dns.address("near.example.com", "2001:db8:1234::dead:beef");
  dns.address("two.example.com", "203.0.113.1");
  dns.address("two.example.com", "192.0.2.5");
  dns.address("six.example.com", "2001:db8::2");
  dns.address("foo:bar/baz.example.com", "192.0.2.4");
  dns.address("idn.example.xn--zckzah", "192.0.2.4");
  dns.txt("text.example.com", "no address");
  RecordCase const cases[] = {
      {"v=spf1 a//33 -all", spf_fail},
      {"v=spf1 a/33 -all", spf_permerror},
      {"v=spf1 a//129 -all", spf_permerror},
      {"v=spf1 a:near.example.com/24//64 -all", spf_pass},
      {"v=spf1 a:near.example.com/24//64 -all", spf_pass, "2001:db8:1234::cafe:babe"},
      {"v=spf1 a:near.example.com/24 -all", spf_fail, "2001:db8:1234::cafe:babe"},
      {"v=spf1 a:near.example.com//64 -all", spf_fail},
      {"v=spf1 a:near.example.com/24/64 -all", spf_permerror},
      {"v=spf1 a:near.example.com//64/24 -all", spf_permerror},
      {"v=spf1 a:two.example.com/24", spf_pass},
      {"v=spf1 a:e.example.com:8080", spf_permerror},
      {"v=spf1 a:nowhere.example.com/0 -all", spf_fail},
      {"v=spf1 a:text.example.com/0 -all", spf_fail},
      {"v=spf1 a:two.example.com/0 -all", spf_pass},
      {"v=spf1 a:two.example.com/0 -all", spf_fail, "2001:db8::9"},
      {"v=spf1 a:six.example.com//0 -all", spf_fail},
      {"v=spf1 a:six.example.com//0 -all", spf_fail, "::ffff:192.0.2.4"},
      {"v=spf1 a:six.example.com//0 -all", spf_pass, "2001:db8:ffff::9"},
      {"v=spf1 a:six.example.com -all", spf_pass, "2001:db8::2"},
      {"v=spf1 a:two.example.com//0 -all", spf_fail, "2001:db8::9"},
      {std::string("v=spf1 a:two.example.com\0", 25), spf_permerror},
      {"v=spf1 a:192.0.2.4", spf_permerror},
      {"v=spf1 a:abc.123", spf_permerror},
      {"v=spf1 a:museum", spf_permerror},
      {"v=spf1 a:museum.", spf_permerror},
      {"v=spf1 a:example.-com", spf_permerror},
      {"v=spf1 a:idn.example.xn--zckzah -all", spf_pass},
      {"v=spf1 a:foo:bar/baz.example.com -all", spf_pass},
      {"v=spf1 a:foo:bar/baz.example.com -all", spf_pass, "::ffff:192.0.2.4"},
      {"v=spf1 a:foo:bar/baz.example.com/32 -all", spf_pass},
      {"v=spf1 a: -all", spf_permerror},
      {"v=spf1 a:/24 -all", spf_permerror},
  };
  check_records(dns, cases);
}

TEST(SpfTable, mail_hosts) {  // section 5.4
  SmallDns dns;
  dns.address("alone.example.com", "192.0.2.4");
  dns.mx("null.example.com", 0, "");
  dns.mx("two.example.com", 10, "h1.example.com");
  dns.mx("two.example.com", 20, "h2.example.com");
  dns.address("h1.example.com", "203.0.113.1");
  dns.address("h2.example.com", "192.0.2.5");
  dns.mx("six.example.com", 0, "h6.example.com");
  dns.address("h6.example.com", "2001:db8::2");
  RecordCase const cases[] = {
      {"v=spf1 mx:two.example.com/24 -all", spf_pass},
      {"v=spf1 mx:two.example.com -all", spf_pass, "192.0.2.5"},
      {"v=spf1 mx:two.example.com -all", spf_fail},
      {"v=spf1 mx:two.example.com/0 -all", spf_fail, "2001:db8::9"},
      {"v=spf1 mx:six.example.com//0 -all", spf_fail},
      {"v=spf1 mx:six.example.com//0 -all", spf_pass, "2001:db8:ffff::9"},
      {"v=spf1 mx:null.example.com", spf_neutral},
      {"v=spf1 mx:alone.example.com", spf_neutral},  // no MX: its own address is not taken instead
      {"v=spf1 mx/33 -all", spf_permerror},
      {"v=spf1 mx//129 -all", spf_permerror},
      {"v=spf1 mx:abc.123", spf_permerror},
      {"v=spf1 mx:e.example.com:8080", spf_permerror},
      {"v=spf1 mx: -all", spf_permerror},
  };
  check_records(dns, cases);
}

TEST(SpfTable, pointers) {  // section 5.5
  SmallDns dns;
  dns.pointer("192.0.2.4", "forged.example.net");
  dns.pointer("192.0.2.4", "Mail.Example.com");
  dns.pointer("2001:db8::1", "mail.example.com");
  dns.address("mail.example.com", "192.0.2.4");
  dns.address("mail.example.com", "2001:db8::1");
  dns.address("forged.example.net", "203.0.113.1");
  dns.broken.insert("5.2.0.192.in-addr.arpa");
  RecordCase const cases[] = {
      {"v=spf1 ptr:example.com -all", spf_pass},
      {"v=spf1 ptr:example.Com -all", spf_pass, "2001:db8::1"},
      {"v=spf1 ptr:mail.example.com -all", spf_pass},
      {"v=spf1 ptr:xample.com -all", spf_fail},
      {"v=spf1 ptr:example.net -all", spf_fail},
      {"v=spf1 ptr -all", spf_fail},
      {"v=spf1 ptr:example.com -all", spf_fail,
       "192.0.2.5"},  // no temperror: nobody has a say in others' PTR
      {"v=spf1 ptr/0 -all", spf_permerror},
      {"v=spf1 ptr: -all", spf_permerror},
  };
  check_records(dns, cases);
}

TEST(SpfTable, existence) {  // section 5.7
  SmallDns dns;
  dns.address("four.example.com", "203.0.113.1");
  dns.address("six.example.com", "2001:db8::4");
  dns.broken.insert("err.example.com");
  RecordCase const cases[] = {
      {"v=spf1 exists:four.example.com", spf_pass},
      {"v=spf1 exists:four.example.com", spf_pass, "2001:db8::3"},
      {"v=spf1 exists:six.example.com -all", spf_fail, "2001:db8::3"},
      {"v=spf1 exists:err.example.com -all", spf_temperror},
      {"v=spf1 exists: -all", spf_permerror},
      {"v=spf1 exists -all", spf_permerror},
      {"v=spf1 exists:four.example.com/24", spf_permerror},
  };
  check_records(dns, cases);
}

TEST(SpfTable, networks) {  // section 5.6
  RecordCase const cases[] = {
      {"v=spf1 ip4:203.0.113.1/0 -all", spf_pass},
      {"v=spf1 ip4:192.0.2.4/32 -all", spf_pass},
      {"v=spf1 ip4:192.0.2.4/33 -all", spf_permerror},
      {"v=spf1 ip4:192.0.2.4/032 -all", spf_permerror},
      {"v=spf1 ip4:192.0.2.04 -all", spf_permerror},
      {"v=spf1 ip4", spf_permerror},
      {"v=spf1 ip4:192.0.2.4//32", spf_permerror},
      {"v=spf1 ip4:192.0.2.4/", spf_permerror},
      {"v=spf1 ip4:192.0.2.4:8080", spf_permerror},
      {"v=spf1 ip4:192.0.2", spf_permerror},
      {"v=spf1 -ip4:192.0.2.4 ip6:::FFFF:192.0.2.4", spf_fail, "::ffff:192.0.2.4"},
      {"v=spf1 ip6:::FFFF:192.0.2.4", spf_neutral},
      {"v=spf1 ip6:::FFFF:192.0.2.4/96", spf_neutral, "::ffff:192.0.2.4"},
      {"v=spf1 -all ip6", spf_permerror},
      {"v=spf1 ip6:::1.1.1.1/0", spf_neutral},
      {"v=spf1 ip6:::1.1.1.1/0", spf_neutral, "::ffff:192.0.2.4"},
      {"v=spf1 ip6:::1.1.1.1/0", spf_pass, "2001:db8::1"},
      {"v=spf1 ip6:::1.1.1.1/129", spf_permerror},
      {"v=spf1 ip6:::1.1.1.1//33", spf_permerror},
      {"v=spf1 ip6:2001:Db8:8000::/33", spf_pass, "2001:db8:8000::"},
      {"v=spf1 ip6:2001:Db8:8000::/33", spf_neutral},
      {"v=spf1 ip6::2001::DB8", spf_permerror},
  };
  check_records({}, cases);
}

TEST(SpfTable, includes_and_redirects) {  // sections 5.2 and 6.1
  SmallDns dns;
  dns.txt("fail.example.com", "v=spf1 ip4:192.0.2.5 -all");
  dns.txt("softfail.example.com", "v=spf1 ip4:192.0.2.5 ~all");
  dns.txt("neutral.example.com", "v=spf1 ip4:192.0.2.5 ?all");
  dns.txt("syntax.example.com", "v=spf1 include +all");
  dns.txt("text.example.com", "v=spfl is no record");
  dns.txt("implicit.example.com", "v=spf1 a -all");
  dns.address("implicit.example.com", "192.0.2.4");
  dns.broken.insert("err.example.com");
  RecordCase const cases[] = {
      {"v=spf1 include:fail.example.com ~all", spf_softfail},
      {"v=spf1 include:softfail.example.com all", spf_pass},
      {"v=spf1 include:neutral.example.com -all", spf_fail},
      {"v=spf1 include:err.example.com -all", spf_temperror},
      {"v=spf1 include:syntax.example.com -all", spf_permerror},
      {"v=spf1 include:text.example.com -all", spf_permerror},
      {"v=spf1 include:fail.example.com/24 -all", spf_permerror},
      {"v=spf1 include: -all", spf_permerror},
      {"v=spf1 include -all", spf_permerror},
      {"v=spf1 -include:fail.example.com +all", spf_fail, "192.0.2.5"},
      {"v=spf1 redirect=nowhere.example.com", spf_permerror},
      {"v=spf1 redirect=err.example.com", spf_temperror},
      {"v=spf1 redirect=softfail.example.com", spf_softfail},
      {"v=spf1 ip4:192.0.2.4 redirect=fail.example.com", spf_pass},
      {"v=spf1 redirect=implicit.example.com", spf_pass},  // "a" is of the domain that it leads to
  };
  check_records(dns, cases);
}

TEST(SpfTable, macros_in_names) {  // section 7
  SmallDns dns;
  dns.address("macro%percent  space%20url-space.example.com", "192.0.2.4");
  dns.address("192.0.2.4.gladstone.philip.user.example.com", "127.0.0.2");
  dns.address("bar.foo.user.example.com", "127.0.0.2");
  dns.txt("_spfh.example.com", "v=spf1 -a:%{h} +all");
  auto const result = [&](std::string record, std::string sender, std::string helo = "mail.example.com") {
    auto zone = dns;
    zone.txt("e.example.com", record);
    return spf_of(zone, std::move(sender), "192.0.2.4", std::move(helo)).result;
  };
  EXPECT_EQ(result("v=spf1 a:macro%%percent%_%_space%-url-space.example.com -all", "t@e.example.com"),
            spf_pass);
  EXPECT_EQ(result("v=spf1 exists:%{i}.%{l2r-}.user.%{d2}", "philip-gladstone-test@e.example.com"), spf_pass);
  EXPECT_EQ(result("v=spf1 exists:%{l2r+-}.user.%{d2}", "foo-bar+zip+quux@e.example.com"), spf_pass);
  EXPECT_EQ(result("v=spf1 a:%{H}.bar -all", "t@e.example.com", std::string(22, '%')), spf_fail);
  EXPECT_EQ(result("v=spf1 a:%{H} -all", "t@e.example.com", "[192.0.2.4]"), spf_fail);
  EXPECT_EQ(result("v=spf1 a:%{H} -all", "t@e.example.com", "JUMPIN' JUPITER"), spf_fail);
  EXPECT_EQ(result("v=spf1 -include:_spfh.%{d2} ip4:192.0.2.0/24 -all", "t@e.example.com", "OEMCOMPUTER"),
            spf_fail);
  EXPECT_EQ(result("v=spf1 include:_spfh.%{d2}. -all", "t@e.example.com"),
            spf_permerror);  // section 7.1: behind the last macro only a top label could stand
}

TEST(SpfTable, the_validated_name_is_the_best_that_there_is) {  // section 7.3
  SmallDns dns;
  dns.txt("e.example.com", "v=spf1 -all exp=m.e.example.com");
  dns.txt("m.e.example.com", "from %{p}");
  EXPECT_EQ(spf_of(dns, "t@e.example.com").explanation, "from unknown");
  dns.pointer("192.0.2.4", "other.example.net");
  EXPECT_EQ(spf_of(dns, "t@e.example.com").explanation, "from unknown");  // it does not lead back
  dns.address("other.example.net", "192.0.2.4");
  EXPECT_EQ(spf_of(dns, "t@e.example.com").explanation, "from other.example.net");
  dns.pointer("192.0.2.4", "mx.e.example.com");
  dns.address("mx.e.example.com", "192.0.2.4");
  EXPECT_EQ(spf_of(dns, "t@e.example.com").explanation, "from mx.e.example.com");
  dns.pointer("192.0.2.4", "e.example.com");
  dns.address("e.example.com", "192.0.2.4");
  EXPECT_EQ(spf_of(dns, "t@e.example.com").explanation, "from e.example.com");
}

struct ExplanationCase {
  std::string text;
  std::string explained;
};

TEST(SpfTable, explanations) {  // sections 6.2 and 7
  ExplanationCase const cases[] = {
      {"This is a test.", "This is a test."},
      {"Connections from %{c} not authorized.", "Connections from 192.0.2.4 not authorized."},
      {"%{c} is queried as %{ir}.%{v}.arpa", "192.0.2.4 is queried as 4.2.0.192.in-addr.arpa"},
      {"http://example.com/why.html?l=%{L}", "http://example.com/why.html?l=~jack%26jill%3Dup-a_b3.c"},
      {"The %{x}-files.", ""},
      {"%", ""},
      {"\xEF\xBB\xBF"
       "Explanation",
       ""},
      {"a\tb", ""},
      {std::string(1000, 'x'), std::string(400, 'x')},
  };
  for (auto const& [text, explained] : cases) {
    SmallDns dns;
    dns.txt("e.example.com", "v=spf1 -all exp=m.e.example.com");
    dns.txt("m.e.example.com", text);
    auto const answer = spf_of(dns, "~jack&jill=up-a_b3.c@e.example.com");
    EXPECT_EQ(answer.result, spf_fail);
    EXPECT_EQ(answer.explanation, explained) << text;
  }
}

TEST(SpfTable, whose_explanation_counts) {  // section 6.2
  SmallDns dns;
  dns.txt("one.example.com", "one");
  dns.txt("two.example.com", "two");
  dns.txt("twice.example.com", "a");
  dns.txt("twice.example.com", "b");
  dns.txt("plain.example.com", "v=spf1 -all");
  dns.txt("told.example.com", "v=spf1 -all exp=two.example.com");
  dns.broken.insert("err.example.com");
  auto const explained = [&](std::string record) {
    auto zone = dns;
    zone.txt("e.example.com", record);
    auto const answer = spf_of(zone, "Macro Error@e.example.com");
    EXPECT_EQ(answer.result, spf_fail) << record << answer.problem;
    return answer.explanation;
  };
  EXPECT_EQ(explained("v=spf1 exp=one.example.com redirect=plain.example.com"), "");
  EXPECT_EQ(explained("v=spf1 exp=one.example.com redirect=told.example.com"), "two");
  EXPECT_EQ(explained("v=spf1 include:told.example.com -all exp=one.example.com"), "one");
  EXPECT_EQ(explained("v=spf1 -all exp=twice.example.com"), "");
  EXPECT_EQ(explained("v=spf1 -all exp=nowhere.example.com"), "");
  EXPECT_EQ(explained("v=spf1 -all exp=err.example.com"), "");
  EXPECT_EQ(explained("v=spf1 a:no1.example.com a:no2.example.com exp=no3.example.com -all"),
            "");  // it is no void look-up
}

TEST(SpfTable, limits) {  // section 4.6.4
  SmallDns dns;
  dns.address("h.example.com", "203.0.113.8");
  dns.mx("h.example.com", 10, "h.example.com");
  dns.pointer("192.0.2.4", "h.example.com");
  dns.address("e.example.com", "203.0.113.9");
  dns.txt("one.example.com", "v=spf1 include:two.example.com");
  dns.txt("two.example.com", "v=spf1 include:one.example.com");
  std::string const a = " a:h.example.com", mx = " mx:h.example.com";
  dns.txt("eight.example.com", "v=spf1" + a + a + a + a + a + a + a + a);
  for (int i = 0; i < 30; ++i) dns.address("many.example.com", ("198.51.100." + std::to_string(i)).c_str());
  dns.mx("sixless.example.com", 0, "h.example.com");
  for (int i = 0; i < 8; ++i) {
    auto const host = "s" + std::to_string(i) + ".example.com";
    dns.mx("sixless.example.com", i + 1, host);
    dns.address(host, "203.0.113.1");
  }
  std::string const nine = a + mx + a + mx + a + mx + a + mx + a;
  RecordCase const cases[] = {
      {"v=spf1 ip4:203.0.113.1 redirect=e.example.com", spf_permerror},
      {"v=spf1 include:one.example.com", spf_permerror},
      {"v=spf1" + nine + " ptr ip4:192.0.2.4 -all", spf_pass},
      {"v=spf1" + nine + " ptr a ip4:192.0.2.4 -all", spf_permerror},
      {"v=spf1" + a + " include:eight.example.com ip4:192.0.2.4" + mx + " -all", spf_pass},
      {"v=spf1" + a + " include:eight.example.com" + a + " ip4:192.0.2.4 -all", spf_permerror},
      {"v=spf1 a:many.example.com -all", spf_pass, "198.51.100.29"},
      {"v=spf1 a:no1.example.com a:no2.example.com ?all", spf_neutral},
      {"v=spf1 a:no1.example.com a:no2.example.com a:no3.example.com ?all", spf_permerror},
      {"v=spf1 exists:%{p}.no.example.com exists:%{p}.no2.example.com -all", spf_fail,
       "192.0.2.99"},  // the PTR is no term
      // Mail hosts without an address of the client's family are one term, and no error of the domain.
      {"v=spf1 mx:sixless.example.com ip6:2001:db8::/32 -all", spf_pass, "2001:db8::1"},
  };
  check_records(dns, cases);
}

TEST(SpfTable, of_the_clients_names_ten_are_looked_at) {
  SmallDns dns;
  dns.txt("e.example.com", "v=spf1 ptr -all");
  for (int i = 0; i < 40; ++i) dns.pointer("192.0.2.4", "h" + std::to_string(i) + ".example.net");
  dns.pointer("192.0.2.4", "e.example.com");
  dns.address("e.example.com", "192.0.2.4");
  EXPECT_EQ(spf_of(dns, "x@e.example.com").result, spf_fail);
}

TEST(SpfTable, a_local_part_cannot_make_the_dns_fail) {
  SmallDns dns;
  dns.txt("e.example.com", "v=spf1 exists:%{l}.users.example.com -all");
  for (auto const& local : {std::string("a\\b"), std::string("a..b"), std::string(64, 'l'),
                            std::string("\x01"), std::string("."), std::string(300, '.')})
    EXPECT_EQ(spf_of(dns, local + "@e.example.com").result, spf_fail) << local;
}

}  // namespace
}  // namespace postern::tests

// The answer as a page.
#include "whatif/reports/html_report.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/base64.hpp"
#include "support/unpacked_senders.hpp"
#include "support/whatif.hpp"
#include "whatif/reports/plain_page.hpp"

namespace postern::tests {
namespace {

// Names as domains have them: 16 letters on average, few of which a reader could foresee.
std::string some_domain(SteadyRandom& random) {
  constexpr std::string_view consonants = "bcdfghklmnprstvwz", vowels = "aeiou", ends = "nrslt";
  constexpr std::array top{".com", ".de", ".org", ".net", ".co.uk", ".example"};
  auto const one_of = [&](auto const& all) { return all[random.next() % all.size()]; };
  std::string out;
  for (auto left = 3 + random.next() % 4; left > 0; --left) {
    out += one_of(consonants);
    out += one_of(vowels);
    if (random.next() % 2 == 0) out += one_of(ends);
  }
  return out + one_of(top);
}

// Three rules that would lose mail of the same senders, one of them more of it.
Answer answer_with(std::size_t senders) {
  SteadyRandom random;
  std::set<std::string> names;
  while (names.size() < senders) names.insert(some_domain(random));
  Answer out;
  RuleAnswer rule;
  for (auto const& name : names) {
    LostSender sender;
    sender.domain = name;
    sender.messages = 1 + random.next() % 30;
    sender.host_count = 1;
    std::string host = "192";
    for (int i = 0; i < 3; ++i) host += "." + std::to_string(random.next() % 256);
    sender.hosts = {host};
    sender.reason = random.next() % 10 == 0 ? Reason::domain_speaks_tls : Reason::never_tls;
    sender.first = reference - std::chrono::hours(24 * (random.next() % 30));
    sender.last = std::max(sender.first, reference - std::chrono::hours(24 * (random.next() % 30)));
    rule.lost.lost += sender.messages;
    rule.senders.push_back(sender);
  }
  std::stable_sort(rule.senders.begin(), rule.senders.end(),
                   [](LostSender const& a, LostSender const& b) { return a.messages > b.messages; });
  for (auto const* name : {"require-tls", "remembered", "require-tls>=1.3"}) {
    rule.rule = name;
    out.rules.push_back(rule);
  }
  for (std::size_t i = 0; i < senders; i += 3) ++out.rules.back().senders[i].messages;
  return out;
}

std::string inflated(std::string const& bytes) {
  std::string out(32U << 20, '\0');
  auto size = static_cast<uLongf>(out.size());
  EXPECT_EQ(::uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                         reinterpret_cast<Bytef const*>(bytes.data()), static_cast<uLong>(bytes.size())),
            Z_OK);
  out.resize(size);
  return out;
}

std::vector<std::vector<LostSender>> senders_in(std::string const& page, std::size_t rules) {
  std::string_view const mark = "id=\"packed\">";
  auto const begin = page.find(mark) + mark.size();
  auto const packed = decode_base64(page.substr(begin, page.find('<', begin) - begin));
  return unpacked_senders(inflated(packed.value()), rules);
}

TEST(HtmlReport, APageOf100000SendersHasAllOfThemInLessThan2Megabytes) {
  auto const answer = answer_with(100'000);
  auto const page = html_report(answer, "2026-11-24");
  EXPECT_LE(page.size(), most_page_bytes);
  auto const senders = senders_in(page, answer.rules.size());
  for (std::size_t rule = 0; rule < answer.rules.size(); ++rule) {
    ASSERT_EQ(senders[rule].size(), 100'000U);
    std::map<std::string, std::uint64_t> messages;
    for (auto const& sender : senders[rule]) messages[sender.domain] = sender.messages;
    for (auto const& sender : answer.rules[rule].senders)
      ASSERT_EQ(messages[sender.domain], sender.messages) << sender.domain;
  }
}

TEST(HtmlReport, WhatDoesNotFitIsLeftOutAndCounted) {
  auto answer = answer_with(15'000);
  SteadyRandom random;
  for (auto& rule : answer.rules)
    for (auto& sender : rule.senders) {
      sender.domain = "." + sender.domain;
      for (int i = 0; i < 230; ++i) sender.domain.insert(0, 1, static_cast<char>('a' + random.next() % 26));
    }
  auto const page = html_report(answer, "2026-11-24");
  EXPECT_LE(page.size(), most_page_bytes);
  auto const senders = senders_in(page, answer.rules.size());
  EXPECT_GE(senders[0].size(), 500U);
  EXPECT_LT(senders[0].size(), 15'000U);
  EXPECT_NE(page.find("\"senders_left_out\":15000"), std::string::npos);  // of the JSON, which has none
}

TEST(HtmlReport, AFewSendersHaveAllTheirHosts) {
  auto answer = answer_with(40);
  answer.rules[0].senders[0].hosts.clear();
  for (int i = 0; i < 20; ++i) answer.rules[0].senders[0].hosts.push_back("192.0.2." + std::to_string(i));
  auto const& large = answer.rules[0].senders[0];
  bool is_there = false;
  auto const senders = senders_in(html_report(answer, "2026-11-24"), answer.rules.size());
  for (auto const& sender : senders[0])
    if (sender.domain == large.domain) is_there = sender.hosts == large.hosts;
  EXPECT_TRUE(is_there);
}

TEST(HtmlReport, WithoutAScriptTheLargestSendersStandInItAndItSaysWhatIsMissing) {
  auto const answer = answer_with(700);
  auto const page = html_report(answer, "2026-11-24");
  auto const plain = page.substr(0, page.find("<script"));
  auto const& senders = answer.rules[0].senders;
  for (std::size_t i = 0; i < senders.size(); ++i)
    EXPECT_EQ(plain.find("<td>" + senders[i].domain + "</td>") != std::string::npos, i < plain_senders) << i;
  EXPECT_NE(plain.find("These are the 500 largest of 700 senders of the rule require-tls."),
            std::string::npos);
  EXPECT_NE(plain.find("<noscript>"), std::string::npos);
  for (auto const* mark :
       {"/*STYLE*/", "/*PERIOD*/", "/*TOTALS*/", "/*RECOMMENDATION*/", "/*RFC*/", "/*RULES*/", "/*NOTE*/",
        "/*SENDERS*/", "/*MADE*/", "/*ANSWER*/", "/*PACKED*/", "/*SCRIPT*/"})
    EXPECT_EQ(page.find(mark), std::string::npos) << mark;
}

TEST(HtmlReport, NoTextOfTheAnswerIsTakenForHtml) {
  EXPECT_EQ(html_escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
  auto const answer = some_answer();
  auto const page = html_report(answer, "2026-11-24");
  EXPECT_EQ(page.find("<b>evil"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;evil"), std::string::npos);
  bool is_packed = false;
  auto const senders = senders_in(page, answer.rules.size());
  for (auto const& sender : senders[0])
    is_packed = is_packed || sender.domain.find("<b>evil") != std::string::npos;
  EXPECT_TRUE(is_packed);
}

}  // namespace
}  // namespace postern::tests

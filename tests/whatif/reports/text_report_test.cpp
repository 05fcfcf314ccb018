// The answer for a terminal.
#include "whatif/reports/text_report.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Reports, TheTextFits80Columns) {
  auto const text = text_report(some_answer(), {});
  for (std::size_t at = 0; at < text.size();) {
    auto const end = text.find('\n', at);
    EXPECT_LE(end - at, 80U) << text.substr(at, end - at);
    at = end + 1;
  }
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(text_report(some_answer(), {.colours = true}).find('\033'), std::string::npos);
  for (auto const part :
       {"RFC 3207 section 4", "Recommendation", "University of Toronto", "TLSRPT", "in plaintext, by day"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(TextReport, TellsWhatToDoBeforeWhatItIsBuiltOn) {
  auto const text = text_report(some_answer(), {});
  EXPECT_LT(text.find("Recommendation"), text.find("What each rule would have cost"));
  EXPECT_LT(text.find("What each rule would have cost"), text.find("Who ("));
  auto const reason = text.find("there is too little to tell");
  EXPECT_EQ(text.find("there is too little to tell", reason + 1), std::string::npos) << "said once is enough";
}

TEST(TextReport, ARuleThatDefersKeepsNothingOut) {
  auto const text = text_report(some_answer(), {});
  auto const line = text.substr(text.find("\n  remembered ") + 1);
  EXPECT_NE(line.substr(0, line.find('\n')).find("none: it defers"), std::string::npos) << line;
}

TEST(TextReport, SaysInPlainSentencesWhatItCounted) {
  auto refused = reception_from("192.0.2.1", Tristate::no);
  refused.outcome = policy::Outcome::refused;
  auto const answer = replay_all(
      {reception_from("192.0.2.1", Tristate::no), reception_from("192.0.2.2", Tristate::unknown), refused});
  auto text = text_report(answer, {});
  for (char& c : text)
    if (c == '\n') c = ' ';
  while (text.find("  ") != std::string::npos) text.erase(text.find("  "), 1);
  for (auto const* part : {"They are counted separately and are in no rule's share.",
                           "1 further message was refused or deferred for other reasons", "never used TLS",
                           "not directly comparable with yours: the share of spam differs.",
                           "There is too little to tell a share: 1 of 1 messages would not have come."})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

TEST(TextReport, NamesOfRulesAreWholeHoweverLongTheyAre) {
  auto answer = some_answer();
  std::string const one = "require-tls for a.very-long-name.example";
  std::string const other = "require-tls for a.very-long-name.example.net";
  answer.rules.resize(2, answer.rules.front());
  answer.rules[0].rule = one;
  answer.rules[1].rule = other;
  auto const text = text_report(answer, {});
  EXPECT_NE(text.find("\n  " + one + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  " + other + "\n"), std::string::npos) << text;
}

TEST(TextReport, ANameOfAFileCannotSteerATerminal) {
  auto answer = some_answer();
  answer.sources.resize(1);
  answer.sources[0].name = "mail\033]0;x\007.log";
  EXPECT_EQ(text_report(answer, {}).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace postern::tests

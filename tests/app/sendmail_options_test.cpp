// The command line of sendmail(8), as its callers write it.
#include "app/commands/sendmail_options.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

using Arguments = std::vector<std::string>;

std::string mode_word(SendmailMode mode) {
  switch (mode) {
    case SendmailMode::deliver: return "deliver";
    case SendmailMode::smtp: return "smtp";
    case SendmailMode::list_queue: return "list";
    case SendmailMode::retry_queue: return "retry";
    case SendmailMode::rebuild_aliases: return "aliases";
  }
  return {};
}

// What is understood, in one line: mode, -t, -i, sender, recipients; or "error".
std::string understood(Arguments const& words) {
  auto const command = parse_sendmail(words);
  if (!command) return "error";
  auto const& options = command->options;
  std::string out = mode_word(command->mode);
  if (options.reads_recipients) out += " t";
  if (!options.dot_ends) out += " i";
  if (options.sender) out += " from=" + *options.sender;
  for (auto const& recipient : options.recipients) out += " " + recipient;
  return out;
}

struct Line {
  Arguments words;
  char const* means;
};

TEST(SendmailOptions, AreReadAsTheirCallersMeanThem) {
  for (auto const& line :
       std::vector<Line>{{{"-i", "-FCronDaemon", "-B8BITMIME", "-oem", "root"}, "deliver i root"},  // cron
                         {{"-t", "-i"}, "deliver t i"},                                             // PHP
                         {{"-t", "-i", "-fme@b.example"}, "deliver t i from=me@b.example"},         // PHP
                         {{"-i", "-r", "me", "--", "a", "-b"}, "deliver i from=me a -b"},           // s-nail
                         {{"-oem", "-oi", "-f", "me", "-N", "never", "-R", "hdrs", "--", "a"},      // mutt
                          "deliver i from=me a"},
                         {{"-i", "-f", "me", "a", "b"}, "deliver i from=me a b"},             // git, Perl
                         {{"-oi", "-f", "me", "-oem", "-odb", "-t"}, "deliver t i from=me"},  // Emacs
                         {{"-bs", "-odb", "-oem"}, "smtp"},                                   // Alpine
                         {{"-odb", "-a", "gmail", "-C", "x", "a"}, "deliver a"}})             // msmtp
    EXPECT_EQ(understood(line.words), line.means);
}

TEST(SendmailOptions, MayStandInOneWordAndHaveArgumentsInTheSameOrTheNext) {
  for (auto const& words : std::vector<Arguments>{
           {"-ti"}, {"-it"}, {"-t", "-i"}, {"-tvi"}, {"-toi"}, {"-to", "i"}, {"-tO", "IgnoreDots=True"}})
    EXPECT_EQ(understood(words), "deliver t i");
  for (auto const& words : std::vector<Arguments>{{"-fme", "a"},
                                                  {"-f", "me", "a"},
                                                  {"-vfme", "a"},
                                                  {"-vf", "me", "a"},
                                                  {"-rme", "a"},
                                                  {"a", "-f", "me"}})
    EXPECT_EQ(understood(words), "deliver from=me a");
  EXPECT_EQ(understood({"-f", ""}), "deliver from=");
  EXPECT_EQ(understood({"-f", "<>", "a"}), "deliver from=<> a");
  EXPECT_EQ(understood({"-f", "-t", "a"}), "deliver from=-t a") << "an argument, whatever it looks like";
  EXPECT_EQ(understood({"-oifalse", "a"}), "deliver a");
  EXPECT_EQ(understood({"-"}), "deliver -");
}

// Each flag of sendmail, Postfix and msmtp: with its argument in the same word, then in the next.
TEST(SendmailOptions, ThatMeanNothingHereArePassedOverWithTheirArgument) {
  for (char const flag : std::string("ABDLMXaehp")) {
    EXPECT_EQ(understood({std::string("-") + flag + "x", "a"}), "deliver a") << flag;
    EXPECT_EQ(understood({std::string("-") + flag, "x", "a"}), "deliver a") << flag;
    EXPECT_EQ(understood({std::string("-") + flag}), "error") << flag;
  }
  for (char const flag : std::string("GTUcmnsvx"))
    EXPECT_EQ(understood({std::string("-") + flag, "a"}), "deliver a") << flag;
  for (auto const* word : {"-d", "-d0-99.1", "-q", "-q5m", "-qRhost", "-Q", "-Qreason"})
    EXPECT_EQ(understood({word, "a"}), "deliver a") << word;
  for (auto const* word : {"-em", "-eq", "-ep", "-ew", "-oem", "-odq", "-om", "-O QueueDirectory=x"})
    EXPECT_EQ(understood({word, "a"}), "deliver a") << word;
}

TEST(SendmailOptions, SayWhatIsToBeDoneInsteadOfSending) {
  for (auto const& line : std::vector<Line>{{{"-bm", "a"}, "deliver a"},
                                            {{"-bs"}, "smtp"},
                                            {{"-bp"}, "list"},
                                            {{"-bP"}, "list"},
                                            {{"-bi"}, "aliases"},
                                            {{"-I"}, "aliases"},
                                            {{"-q"}, "retry"},
                                            {{"-q30m"}, "retry"},
                                            {{"-qIABC"}, "retry"},
                                            {{}, "deliver"}})
    EXPECT_EQ(understood(line.words), line.means);
}

// What cannot be sent is never said to be sent.
TEST(SendmailOptions, AreAnErrorWhenTheyWouldLeaveAMessageUnsent) {
  for (auto const& words : std::vector<Arguments>{{"-Z", "a"},
                                                  {"--from=me"},
                                                  {"-f"},
                                                  {"-bd"},
                                                  {"-bt"},
                                                  {"-bv", "a"},
                                                  {"-bz"},
                                                  {"-b"},
                                                  {"-b", ""},
                                                  {"-bp", "a"},
                                                  {"-bi", "-t"},
                                                  {"-I", "a"},
                                                  {"-bs", "a"},
                                                  {"-N", "", "a"},
                                                  {"-N", "sometimes", "a"},
                                                  {"-R", "half", "a"},
                                                  {"-V", "a b", "a"},
                                                  {"-V", "a SIZE=1", "a"}})
    EXPECT_EQ(understood(words), "error") << testing::PrintToString(words);
}

TEST(SendmailOptions, HoldWhatReportsAreWanted) {
  auto const command =
      parse_sendmail(Arguments{"-N", "success,delay", "-R", "FULL", "-VQ+2B1", "-F", "A B", "a"});
  ASSERT_TRUE(command) << command.error();
  EXPECT_EQ(command->options.notify.print(), "SUCCESS,DELAY");
  EXPECT_EQ(command->options.ret, wire::Ret::full);
  EXPECT_EQ(command->options.envid, "Q+2B1");
  EXPECT_EQ(command->options.full_name, "A B");
}

// Whatever the words: none is lost, and none is made up.
TEST(SendmailOptions, TakeEachWordOnce) {
  Arguments const parts{"-f", "-fx", "-t", "-i", "--", "a", "-q", "-bs", "-X", "-oi", "-"};
  for (auto const& first : parts)
    for (auto const& second : parts)
      for (auto const& third : parts) {
        Arguments const words{first, second, third};
        auto const command = parse_sendmail(words);
        if (!command) continue;
        auto const& recipients = command->options.recipients;
        EXPECT_LE(recipients.size(), words.size());
        std::size_t at = 0;  // recipients are among the words, in their order
        for (auto const& word : words)
          if (at < recipients.size() && recipients[at] == word) ++at;
        EXPECT_EQ(at, recipients.size()) << testing::PrintToString(words);
      }
}

TEST(SendmailArguments, GoByTheNameOfTheProgram) {
  Arguments const given{"-v", "a"};
  EXPECT_EQ(sendmail_arguments("/usr/sbin/sendmail", given), given);
  EXPECT_EQ(sendmail_arguments("sendmail", Arguments{}), Arguments{});
  EXPECT_EQ(sendmail_arguments("/usr/bin/mailq", Arguments{"-C", "x"}), (Arguments{"-bp", "-C", "x"}));
  EXPECT_EQ(sendmail_arguments("newaliases", Arguments{}), Arguments{"-bi"});
  EXPECT_EQ(sendmail_arguments("/usr/bin/postern", Arguments{"sendmail", "-t"}), Arguments{"-t"});
  EXPECT_FALSE(sendmail_arguments("/usr/bin/postern", Arguments{"send", "-t"}).has_value());
  EXPECT_FALSE(sendmail_arguments("/usr/bin/postern", Arguments{}).has_value());
}

}  // namespace
}  // namespace postern::app

// A system log (syslog files of all forms): each line goes to the dialect of the program that wrote it. Lines
// of programs that are no mail servers are passed over.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "whatif/readers/content_verdicts.hpp"
#include "whatif/readers/line_source.hpp"
#include "whatif/readers/line_wrapping.hpp"
#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

// The dialects, and which of them a program speaks. Shared by system_log and journal_export.
class Dialects {
 public:
  Dialects(SourceSettings const& settings, SourceStats& stats, ReceptionSink& sink);
  ~Dialects();
  bool line(LogLine const& line);  // false: no dialect is of that program, nor is it a content filter's
  void end();
  static bool knows(LogLine const& line);  // whether a dialect is of that program
  std::string_view kind() const;           // of those that had lines: "postfix", or "mixed"

 private:
  enum Which : std::uint8_t { postfix, sendmail, opensmtpd, exim, barracuda, count_ };
  static Which which(LogLine const& line);
  bool of_postfix_unit(LogLine const& line);
  void give(Which dialect, LogLine const& line);
  void count_other(std::string_view program);

  SourceStats& stats_;
  ContentVerdicts verdicts_;
  std::array<std::unique_ptr<LogDialect>, count_> dialects_;
  std::array<std::uint64_t, count_> lines_{};
  bool spoken_ = false;  // a dialect has had a line
  std::map<std::string, std::uint64_t, std::less<>>
      others_;  // lines of other programs before that; the first 100
};

class SystemLog : public LineSource {
 public:
  SystemLog(SourceSettings settings, ReceptionSink& sink);
  std::string_view kind() const override { return dialects_.kind(); }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  bool wrapped_line(std::string_view text);

  SourceSettings settings_;
  Dialects dialects_;
  LineUnwrapper unwrapper_;  // for a line that is not of the form of the others
};

inline constexpr ReaderEntry system_log_reader{
    .format = Format::system_log,
    .name = "syslog",
    .reads = "a system log with Postfix, sendmail, OpenSMTPD, Exim or Barracuda in it",
    .line_looks_like = SystemLog::line_looks_like,
    .make = make_reader<SystemLog>};

}  // namespace postern::whatif

// A system log (syslog files of all forms): each line goes to the dialect of the program that wrote it. Lines
// of programs that are no mail servers are passed over.
#pragma once

#include <memory>

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_dialect.hpp"

namespace postern::whatif {

// The dialects, and which of them a program speaks. Shared by system_log and journal_export.
class Dialects {
 public:
  Dialects(SourceSettings const& settings, SourceStats& stats, ArrivalSink& sink);
  ~Dialects();
  bool line(LogLine const& line);  // false: nobody speaks like that program
  void end();
  std::string_view kind() const;  // of those that had lines: "postfix", or "mixed"

 private:
  enum Which : std::uint8_t { postfix, sendmail, opensmtpd, exim, count_ };
  static Which which(LogLine const& line);
  std::array<std::unique_ptr<LogDialect>, count_> dialects_;
  std::array<std::uint64_t, count_> lines_{};
};

class SystemLog : public LineSource {
 public:
  SystemLog(SourceSettings settings, ArrivalSink& sink);
  std::string_view kind() const override { return dialects_.kind(); }

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  SourceSettings settings_;
  LogClock clock_;
  Dialects dialects_;
};

}  // namespace postern::whatif

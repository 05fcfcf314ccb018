// Exim's main log, from its own file or by way of syslog. A reception line ("<=") holds all there is to know
// of a message; handshakes that failed have lines of their own.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_dialect.hpp"

namespace postern::whatif {

class EximLog : public LogDialect {
 public:
  EximLog(ArrivalSink& sink, LogClock clock) : sink_(sink), clock_(clock) {}

  // `line.text` may begin with Exim's own time and "[pid]".
  void line(LogLine const& line) override;
  void end() override {}

 private:
  void reception(Instant at, std::string_view text);
  void rejection(Instant at, std::string_view text, std::size_t rejected);
  void failed_handshake(Instant at, std::string_view text);

  ArrivalSink& sink_;
  LogClock clock_;
};

class EximMainLog : public LineSource {
 public:
  EximMainLog(SourceSettings const& settings, ArrivalSink& sink)
      : clock_(settings.reference, settings.utc_offset), dialect_(sink, clock_) {}
  std::string_view kind() const override { return "exim"; }

 protected:
  void line(std::string_view text) override;
  void ended() override { dialect_.end(); }

 private:
  LogClock clock_;
  EximLog dialect_;
};

}  // namespace postern::whatif

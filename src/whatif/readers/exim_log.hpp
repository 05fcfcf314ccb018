// Exim's main log, from its own file or by way of syslog. A reception line ("<=") holds all there is to know
// of a message; handshakes that failed have lines of their own.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

class EximLog : public LogDialect {
 public:
  EximLog(ReceptionSink& sink, LogClock clock) : sink_(sink), clock_(clock) {}

  // `line.text` may begin with Exim's own time and "[pid]".
  void line(LogLine const& line) override;
  void end() override {}

 private:
  void received(Instant at, std::string_view text);
  void rejection(Instant at, std::string_view text, std::size_t rejected);
  void failed_handshake(Instant at, std::string_view text);

  ReceptionSink& sink_;
  LogClock clock_;
};

class EximMainLog : public LineSource {
 public:
  EximMainLog(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), dialect_(sink, clock_) {}
  std::string_view kind() const override { return "exim"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override { dialect_.end(); }

 private:
  EximLog dialect_;
};

inline constexpr ReaderEntry exim_reader{.format = Format::exim,
                                         .name = "exim",
                                         .reads = "Exim's main log",
                                         .line_looks_like = EximMainLog::line_looks_like,
                                         .make = make_reader<EximMainLog>};

}  // namespace postern::whatif

// Exim's main log, from its own file or by way of syslog. A reception line ("<=") holds all there is to know
// of a message; handshakes that failed have lines of their own.
#pragma once

#include "whatif/readers/content_verdicts.hpp"
#include "whatif/readers/exim_line.hpp"
#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

class EximLog : public LogDialect {
 public:
  // `verdicts`: of filters that write into the same log; those that Exim's own lines tell are added.
  EximLog(ReceptionSink& sink, LogClock clock, ContentVerdicts& verdicts)
      : sink_(sink), clock_(clock), verdicts_(verdicts) {}

  // `line.text` may begin with Exim's own time and "[pid]".
  void line(LogLine const& line) override;
  void end() override {}

 private:
  enum class Reply : std::uint8_t { accepted, refused };  // what the client was told
  void received(Instant at, std::string_view id, std::string_view text, Reply reply);
  void about_client(Instant at, std::string_view id, std::string_view text);
  void rejection(Instant at, EximHost const& host, std::string_view text);
  void rejected_from(Instant at, std::string_view text, policy::Outcome outcome);
  void failed_handshake(Instant at, std::string_view text);
  void set_protocol(std::string_view& text, Reception& out);
  Tristate used_tls(EximTls const& tls) const;  // of a line that names no protocol

  ReceptionSink& sink_;
  LogClock clock_;
  ContentVerdicts& verdicts_;
  bool hides_ciphers_ = false;  // log_selector -tls_cipher: a line without X= may be over TLS
};

class EximMainLog : public LineSource {
 public:
  EximMainLog(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), dialect_(sink, clock_, verdicts_) {}
  std::string_view kind() const override { return "exim"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override { dialect_.end(); }

 private:
  ContentVerdicts verdicts_;
  EximLog dialect_;
};

inline constexpr ReaderEntry exim_reader{.format = Format::exim,
                                         .name = "exim",
                                         .reads = "Exim's main log",
                                         .line_looks_like = EximMainLog::line_looks_like,
                                         .make = make_reader<EximMainLog>};

}  // namespace postern::whatif

// OpenSMTPD, in a system log or from its own standard error: lines joined by the session id of 16 hexadecimal
// digits. Its proto= never says ESMTPS. Up to 6.3 lines
// begin with "smtp event=".
// Bounds: open sessions, at most 100,000.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/session_table.hpp"

namespace postern::whatif {

class OpensmtpdLog : public LogDialect {
 public:
  explicit OpensmtpdLog(ReceptionSink& sink) : sink_(sink) {}
  void line(LogLine const& line) override;
  void end() override;

 private:
  struct Session {
    Reception facts;  // what is known of its messages
    bool authenticated = false;
    bool has_message = false;  // one whose envelope is still to come
    Instant message_at{};
    std::vector<std::string> recipients;
    std::string sender;
    bool has_sender = false;
  };
  void give_message(Session& session);
  static void envelope(Session& session, std::string_view text);
  void open(std::uint64_t id, Instant at, std::string_view text);
  void close(Session&& session, Instant at, std::string_view reason);
  void refused(Session& session, Instant at, std::string_view text);

  ReceptionSink& sink_;
  Instant now_{};
  SessionTable<Session> sessions_{100'000};
};

class OpensmtpdOutput : public LineSource {
 public:
  OpensmtpdOutput(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), dialect_(sink) {}
  std::string_view kind() const override { return "opensmtpd"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override { dialect_.end(); }

 private:
  OpensmtpdLog dialect_;
};

inline constexpr ReaderEntry opensmtpd_reader{.format = Format::opensmtpd,
                                              .name = "opensmtpd",
                                              .reads = "OpenSMTPD's own output",
                                              .line_looks_like = OpensmtpdOutput::line_looks_like,
                                              .make = make_reader<OpensmtpdOutput>};

}  // namespace postern::whatif

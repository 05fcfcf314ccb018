// A log that shows incoming SMTP sessions as they were spoken: commands and replies, many sessions at a time.
// A client may say a bare LF anywhere, behind which it writes what it likes. In a log whose lines end with
// CRLF a line that does not was cut thus: it and all up to the next CRLF are the client's, and are skipped.
// In a log whose CRLF were taken away this cannot be seen. Bounds: 100,000 sessions, the oldest are closed
// first.
#pragma once

#include <optional>

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/session_table.hpp"
#include "whatif/readers/smtp_transcript.hpp"

namespace postern::whatif {

class TranscriptSource : public LineSource {
 public:
  TranscriptSource(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), counted_(sink) {}

 protected:
  virtual void row(std::string_view text) = 0;  // a line that the server has begun
  virtual void rows_ended() {}                  // behind the last one; sessions are still open

  void line(std::string_view text) final;
  void ended() final;

  SmtpTranscript* session(std::uint64_t key) { return sessions_.find(key); }
  // In the place of one with the same key, which ends.
  SmtpTranscript& begin_session(std::uint64_t key, std::optional<IpAddress> const& client);
  void end_session(std::uint64_t key);

  void set_now(Instant at) { now_ = at; }  // the time of the row at hand
  Instant now() const { return now_; }
  ReceptionSink& messages() { return counted_; }
  // Accepted messages from outside of which the log does not tell whether they came over TLS.
  std::uint64_t left_unknown() const { return counted_.left_unknown; }

 private:
  class Counted : public ReceptionSink {
   public:
    explicit Counted(ReceptionSink& sink) : sink_(sink) {}
    void take(Reception&& reception) override;
    std::uint64_t left_unknown = 0;

   private:
    ReceptionSink& sink_;
  };
  bool is_cut_by_client();

  Counted counted_;
  SessionTable<SmtpTranscript> sessions_{100'000};
  Instant now_{};
  bool any_line_ = false;
  bool writes_crlf_ = false;  // the log does
};

}  // namespace postern::whatif

// Exchange's SMTP receive protocol log (SmtpReceive/RECV*.LOG): comma-separated lines joined by session id. A
// front end passes sessions on to a hub, which says so by XPROXYFROM or XPROXY and the front end's session
// id: where both logs are read, the mail counts once, as it came to the front end; of the hub's log alone the
// client is the one that it was told, and whether that used TLS is not known.
// Bounds: the open ones of the latest 100,000 sessions, and the ids of the latest 200,000.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/session_table.hpp"

namespace postern::whatif {

class ExchangeLog : public LineSource {
 public:
  ExchangeLog(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(LogClock(settings.reference, Duration::zero()), sink) {}  // its times are UTC
  std::string_view kind() const override { return "exchange"; }
  static bool head_looks_like(std::string_view start);
  static std::optional<Instant> time_of_line(std::string_view line, LogClock& clock);

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  struct Asked {                // a command to which the reply is still to come
    bool of_recipient = false;  // or else of the sender
    std::string recipient;
  };
  struct Session {
    Reception facts;
    bool in_transaction = false;
    bool in_content = false;
    Instant mail_at{};
    std::string id;         // of the session
    bool is_inner = false;  // from a front end of Exchange's own, whose session `id` then names
    std::string sender;
    std::vector<std::string> recipients;  // accepted ones
    bool recipient_refused = false;       // one of this transaction
    std::vector<Asked> unanswered;
  };
  struct Seen {};
  Session& open(std::uint64_t key, Instant at, std::vector<std::string> const& fields);
  void command(Session& session, Instant at, std::string_view text);
  void reply(Session& session, std::string_view text);
  void content_reply(Session& session, std::uint16_t code, std::string_view text);
  void refuse_recipient(Session& session, std::uint16_t code, std::string recipient);
  void proxied(Session& session, std::string_view text);
  void remark(Session& session, std::string_view data, std::string_view context);
  void close(Session&& session, Instant at);
  void give(Session& session, std::uint16_t code, std::string_view reply = {});

  SessionTable<Session> sessions_{100'000};
  SessionTable<Seen> seen_{200'000};  // sessions of which there are lines
};

inline constexpr ReaderEntry exchange_reader{.format = Format::exchange,
                                             .name = "exchange",
                                             .reads = "Exchange's SMTP receive protocol log",
                                             .head_looks_like = ExchangeLog::head_looks_like,
                                             .time_of_line = ExchangeLog::time_of_line,
                                             .make = make_reader<ExchangeLog>};

}  // namespace postern::whatif

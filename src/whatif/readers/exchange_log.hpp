// Exchange's SMTP receive protocol log (SmtpReceive/RECV*.LOG): comma-separated lines joined by session id.
// Bounds: open sessions, at most 100,000.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"

namespace postern::whatif {

class ExchangeLog : public LineSource {
 public:
  ExchangeLog(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(LogClock(settings.reference, Duration::zero()), sink) {}  // its times are UTC
  std::string_view kind() const override { return "exchange"; }
  static bool head_looks_like(std::string_view start);

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  struct Session {
    Reception facts;
    bool in_transaction = false;
    bool in_content = false;
    std::string sender;
    std::vector<std::string> recipients;  // accepted ones
    std::string recipient;                // asked about
  };
  void command(Session& session, std::string_view text);
  void reply(Session& session, Instant at, std::string_view text);
  void refuse_recipient(Session& session, Instant at, std::uint16_t code, std::string recipient);
  void remark(Session& session, std::string_view data, std::string_view context);
  void close(std::uint64_t key, Instant at);
  void give(Session& session, Instant at, std::uint16_t code);

  boost::unordered_flat_map<std::uint64_t, Session> sessions_;
  std::deque<std::uint64_t> order_;
};

inline constexpr ReaderEntry exchange_reader{.format = Format::exchange,
                                             .name = "exchange",
                                             .reads = "Exchange's SMTP receive protocol log",
                                             .head_looks_like = ExchangeLog::head_looks_like,
                                             .make = make_reader<ExchangeLog>};

}  // namespace postern::whatif

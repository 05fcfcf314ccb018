// Stalwart's log: "TIME LEVEL Words (event.name) key = value, key = value". Its lines have no session id:
// the client's address and port join them. Bounds: 100,000 connections.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/session_table.hpp"

namespace postern::whatif {

class StalwartLog : public LineSource {
 public:
  using LineSource::LineSource;
  std::string_view kind() const override { return "stalwart"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  struct Connection {
    Reception facts;
    std::string sender;
    bool has_sender = false;
    bool logged_in = false;
    std::vector<std::string> recipients;
  };
  void event(std::string_view name, std::string_view values, Connection& connection, Instant at);
  void message(Connection& connection, Instant at);
  void close(Connection&& connection, Instant at);

  SessionTable<Connection> connections_{100'000};
};

inline constexpr ReaderEntry stalwart_reader{.format = Format::stalwart,
                                             .name = "stalwart",
                                             .reads = "Stalwart's log",
                                             .line_looks_like = StalwartLog::line_looks_like,
                                             .make = make_reader<StalwartLog>};

}  // namespace postern::whatif

// Haraka's log, as text, logfmt or JSON: the disconnect line of a connection holds nearly all, its TLS
// version comes from the line of the tls plugin with the same UUID, senders from core's own lines. Bounds:
// 100,000 connections whose disconnect line is still to come.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/session_table.hpp"

namespace postern::whatif {

struct HarakaEntry;

class HarakaLog : public LineSource {
 public:
  using LineSource::LineSource;
  std::string_view kind() const override { return "haraka"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;

 private:
  struct Connection {
    TlsSeen tls;
    std::vector<std::string> senders;
    bool authenticated = false;
  };
  Connection& connection(std::string_view uuid);
  void tls(HarakaEntry const& entry);
  void login(HarakaEntry const& entry);
  void sender(HarakaEntry const& entry);
  void disconnect(Instant at, std::string_view uuid, std::string_view text);

  SessionTable<Connection> connections_{100'000};
};

inline constexpr ReaderEntry haraka_reader{.format = Format::haraka,
                                           .name = "haraka",
                                           .reads = "Haraka's log",
                                           .line_looks_like = HarakaLog::line_looks_like,
                                           .make = make_reader<HarakaLog>};

}  // namespace postern::whatif

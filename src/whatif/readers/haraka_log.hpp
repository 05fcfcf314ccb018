// Haraka's log, as text, logfmt or JSON: the disconnect line of a connection holds nearly all, its TLS
// version comes from the line of the tls plugin with the same UUID, senders from those of mail_from. Bounds:
// 100,000 connections whose disconnect line is still to come.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {

class HarakaLog : public LineSource {
 public:
  HarakaLog(SourceSettings const& settings, ArrivalSink& sink)
      : clock_(settings.reference, settings.utc_offset), sink_(sink) {}
  std::string_view kind() const override { return "haraka"; }

 protected:
  void line(std::string_view text) override;
  void ended() override {}

 private:
  struct Connection {
    TlsSeen tls;
    std::vector<std::string> senders;
    bool authenticated = false;
  };
  Connection& connection(std::string_view uuid);
  void disconnect(Instant at, std::string_view uuid, std::string_view text);

  LogClock clock_;
  ArrivalSink& sink_;
  boost::unordered_flat_map<std::uint64_t, Connection> connections_;
  std::deque<std::uint64_t> order_;
};

}  // namespace postern::whatif

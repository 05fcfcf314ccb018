// The text mail logs of Cisco's Secure Email Gateway (ESA, IronPort): connections by ICID, messages by MID.
// "TLS success" of an ICID says that all of its messages came over TLS; where it has no TLS line, they came
// in plaintext. A message is accepted when it has been looked at, mostly after its connection has ended.
// Bounds: 100,000 connections and as many messages that are still to be accepted.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/session_table.hpp"

namespace postern::whatif {

class CiscoLog : public LineSource {
 public:
  using LineSource::LineSource;
  std::string_view kind() const override { return "cisco"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  struct Message {
    Reception connection;  // as it was at the message's start; without a client: its start is not in the log
    Instant at{};
    bool has_sender = false;
    bool is_ready = false;       // received whole
    bool is_of_gateway = false;  // which has made it itself, from another message
    std::string sender;
    std::vector<std::string> recipients;
    Wanted wanted = Wanted::unknown;
  };
  void connection_line(Instant at, std::string_view text);
  void connection_opened(std::string_view text);
  void logged_in(std::string_view text);
  Message& open_message(std::uint64_t mid);
  void message_line(std::string_view text);
  void message_started(Instant at, std::string_view text);
  void message_told(Message& message, std::string_view text);
  void give(Message&& message);
  void close_connection(Reception&& facts, Instant at);

  // Numbers are those of one appliance; several may write into one system log.
  std::uint64_t key_of(std::uint64_t number) const { return host_ ^ (number * 0x9E3779B97F4A7C15ULL); }

  std::uint64_t host_ = 0;
  SessionTable<Reception> connections_{100'000};
  SessionTable<Message> messages_{100'000};
};

inline constexpr ReaderEntry cisco_reader{.format = Format::cisco,
                                          .name = "cisco",
                                          .reads = "Cisco ESA's text mail logs",
                                          .line_looks_like = CiscoLog::line_looks_like,
                                          .make = make_reader<CiscoLog>};

}  // namespace postern::whatif

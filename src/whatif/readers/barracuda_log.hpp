// Barracuda's Email Security Gateway (before: Spam & Virus Firewall) in a system log. A SCAN line for each
// recipient of a message that it took says how it came: ENC, or "-" where it did not come over TLS or where
// the appliance does not say. RECV lines are of what was not taken; SEND lines of deliveries.
//
// What a sender may choose (his address, the subject) stands behind the client and ENC, and decides neither.
// Bounds: the latest 1,000 messages wait for lines of further recipients.
#pragma once

#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/session_table.hpp"
#include "whatif/tls_silence.hpp"

namespace postern::whatif {

class BarracudaLog : public LogDialect {
 public:
  BarracudaLog(SourceStats& stats, ReceptionSink& sink) : stats_(stats), sink_(sink), silence_(sink) {}
  static bool speaks(LogLine const& line);
  void line(LogLine const& line) override;
  void end() override;

 private:
  struct Message {
    Reception reception;
    TlsSilence::Service appliance = 0;
  };
  void scanned(Reception&& reception, std::uint64_t appliance, std::string_view id, std::string_view text);
  void received(Reception&& reception, std::string_view text);
  void give(Message&& message);

  SourceStats& stats_;
  ReceptionSink& sink_;
  TlsSilence silence_;  // by appliance
  SessionTable<Message> messages_{1'000};
};

}  // namespace postern::whatif

// sendmail in a system log (also FortiMail's wrapped form). A message's from= line says by proto= whether it
// came over TLS, its queue id's or process's STARTTLS= line how.
// Bounds: the 100,000 latest STARTTLS lines wait for their message.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>

#include "whatif/readers/log_dialect.hpp"

namespace postern::whatif {

class SendmailLog : public LogDialect {
 public:
  explicit SendmailLog(ReceptionSink& sink) : sink_(sink) {}
  void line(LogLine const& line) override;
  void end() override {}
  static bool speaks(std::string_view program);  // "sm-mta", "sendmail", "sendmail/MTA"

 private:
  void starttls(LogLine const& line, std::string_view id, std::string_view text);
  void from(LogLine const& line, std::string_view id, std::string_view text);
  void ruleset(LogLine const& line, std::string_view text);
  TlsSeen* known_tls(LogLine const& line, std::string_view id);

  ReceptionSink& sink_;
  boost::unordered_flat_map<std::uint64_t, TlsSeen> tls_;  // by process, and by queue id
  std::deque<std::uint64_t> order_;
};

}  // namespace postern::whatif

#include "whatif/reports/csv_report.hpp"

#include "whatif/readers/delimited.hpp"

namespace postern::whatif {

std::string csv_report(Answer const& answer) {
  std::string out =
      "rule,domain,messages,wanted,unwanted,hosts,host_count,reason,failure,first_seen,last_seen,advice\r\n";
  for (auto const& rule : answer.rules)
    for (auto const& sender : rule.senders) {
      std::string hosts;
      for (auto const& host : sender.hosts) hosts += (hosts.empty() ? "" : " ") + host;
      out += delimited(rule.rule) + "," + delimited(sender.domain) + "," + std::to_string(sender.messages) +
             "," + std::to_string(sender.wanted) + "," + std::to_string(sender.unwanted) + "," +
             delimited(hosts) + "," + std::to_string(sender.host_count) + "," +
             std::string(name(sender.reason)) + "," +
             delimited(sender.reason == Reason::tls_failed ? std::string_view(sender.failure)
                                                           : std::string_view()) +
             "," + print_iso8601(sender.first) + "," + print_iso8601(sender.last) + "," +
             delimited(advice(sender.reason)) + "\r\n";
    }
  return out;
}

}  // namespace postern::whatif

#include "whatif/reports/csv_report.hpp"

#include "whatif/reports/csv_field.hpp"

namespace postern::whatif {
namespace {

std::string hosts_of(LostSender const& sender) {
  std::string out;
  for (auto const& host : sender.hosts) out += (out.empty() ? "" : " ") + host;
  return out;
}

std::string line_of(RuleAnswer const& rule, LostSender const& sender) {
  auto const failure = sender.reason == Reason::tls_failed ? sender.failure : std::string();
  std::string out;
  for (auto const& field :
       {csv_field(rule.rule), csv_field(sender.domain), std::to_string(sender.messages),
        std::to_string(sender.wanted), std::to_string(sender.unwanted), csv_field(hosts_of(sender)),
        std::to_string(sender.host_count), std::string(name(sender.reason)), csv_field(failure),
        print_iso8601(sender.first), print_iso8601(sender.last), csv_field(advice(sender.reason))})
    out += (out.empty() ? "" : ",") + field;
  return out + "\r\n";
}

}  // namespace

std::string csv_report(Answer const& answer) {
  std::string out =
      "rule,domain,messages,wanted,unwanted,hosts,host_count,reason,failure,first_seen,last_seen,advice\r\n";
  for (auto const& rule : answer.rules)
    for (auto const& sender : rule.senders) out += line_of(rule, sender);
  return out;
}

}  // namespace postern::whatif

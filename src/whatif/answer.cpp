#include "whatif/answer.hpp"

#include <algorithm>

namespace postern::whatif {

std::string_view name(Reason reason) {
  switch (reason) {
    case Reason::never_tls: return "never_tls";
    case Reason::domain_speaks_tls: return "domain_speaks_tls";
    case Reason::host_speaks_tls: return "host_speaks_tls";
    case Reason::tls_failed: return "tls_failed";
    case Reason::old_tls: return "old_tls";
    case Reason::no_client_certificate: return "no_client_certificate";
    case Reason::matched_rule: return "matched_rule";
    case Reason::last_: break;
  }
  return {};
}

std::string_view explain(Reason reason) {
  switch (reason) {
    case Reason::never_tls: return "has never used TLS";
    case Reason::domain_speaks_tls: return "another host of the same domain uses TLS";
    case Reason::host_speaks_tls: return "the same host uses TLS at other times";
    case Reason::tls_failed: return "tried TLS and failed";
    case Reason::old_tls: return "uses an older TLS version";
    case Reason::no_client_certificate: return "has no such client certificate";
    case Reason::matched_rule: return "matches the rule";
    case Reason::last_: break;
  }
  return {};
}

std::string_view advice(Reason reason) {
  switch (reason) {
    case Reason::never_tls: return "exempt it if you want its mail, or write to its postmaster";
    case Reason::domain_speaks_tls: return "write to its postmaster: one of its hosts does not use TLS";
    case Reason::host_speaks_tls:
      return "no action: this host usually uses TLS and would probably retry with it";
    case Reason::tls_failed:
      return "check your own TLS settings first: they may be the cause; otherwise exempt it";
    case Reason::old_tls: return "allow the older version for it, or write to its postmaster";
    case Reason::no_client_certificate: return "exempt it: few senders have a client certificate";
    case Reason::matched_rule: return "check whether the rule is meant for it; exempt it if not";
    case Reason::last_: break;
  }
  return {};
}

double Answer::days_spanned() const {
  return std::max(1.0, std::chrono::duration<double>(last - first).count() / 86'400.0);
}

std::string day_name(std::int64_t day) {
  return print_iso8601(Instant(std::chrono::hours(24 * day))).substr(0, 10);
}

}  // namespace postern::whatif

#include "base/counters.hpp"

namespace postern {

CountName name_of(Count count) {
  switch (count) {
    case Count::connections: return {"postern_connections_total", "Connections accepted."};
    case Count::connections_refused:
      return {"postern_connections_refused_total", "Connections refused because of a limit."};
    case Count::connections_tls:
      return {"postern_tls_connections_total", "Connections on which TLS was established."};
    case Count::connections_tls_resumed:
      return {"postern_tls_resumed_total", "TLS connections that resumed a session."};
    case Count::tls_failures: return {"postern_tls_failures_total", "TLS handshakes that failed."};
    case Count::tls_distrusted:
      return {"postern_tls_distrusted_total",
              "Those of them that the client ended because it does not trust our certificate."};
    case Count::tls_injections:
      return {"postern_tls_injections_total",
              "Connections with an attempt to inject commands between STARTTLS and the handshake."};
    case Count::tls_offers_withheld:
      return {"postern_tls_offers_withheld_total",
              "EHLO replies without STARTTLS because the client's handshakes kept failing."};
    case Count::tls_downgrades:
      return {"postern_tls_downgrade_total",
              "Connections that brought mail without TLS from hosts that are known to use TLS."};
    case Count::outbound_connections:
      return {"postern_outbound_connections_total", "Connections to other servers."};
    case Count::outbound_tls:
      return {"postern_outbound_tls_total", "Connections to other servers on which TLS was established."};
    case Count::outbound_tls_failures:
      return {"postern_outbound_tls_failures_total", "TLS handshakes with other servers that failed."};
    case Count::messages_accepted:
      return {"postern_messages_accepted_total", "Messages accepted: answered with 250 after their content."};
    case Count::messages_accepted_tls:
      return {"postern_messages_accepted_tls_total", "Accepted messages that came over TLS."};
    case Count::message_bytes: return {"postern_message_bytes_total", "Bytes of accepted messages."};
    case Count::messages_refused:
      return {"postern_messages_refused_total", "Messages refused after their content."};
    case Count::recipients_refused: return {"postern_recipients_refused_total", "RCPT commands refused."};
    case Count::recipients_deferred:
      return {"postern_recipients_deferred_total", "RCPT commands deferred by a rule."};
    case Count::recipients_flagged:
      return {"postern_recipients_flagged_total", "RCPT commands accepted and flagged by a rule."};
    case Count::dmarc_failures:
      return {"postern_dmarc_failures_total", "Messages from outside that failed DMARC."};
    case Count::dmarc_refused:
      return {"postern_dmarc_refused_total", "Messages refused because their author's domain asks for it."};
    case Count::dmarc_flagged:
      return {"postern_dmarc_flagged_total", "Messages flagged because their author's domain asks for it."};
    case Count::dmarc_observed:
      return {"postern_dmarc_observed_total",
              "Messages that dmarc.enforce = \"on\" would have refused or flagged."};
    case Count::rule_errors:
      return {"postern_rule_errors_total",
              "Evaluations of rules that were skipped because of an error or a limit."};
    case Count::policy_requests:
      return {"postern_policy_requests_total", "Requests of another MTA by the policy delegation protocol."};
    case Count::milter_messages:
      return {"postern_milter_messages_total", "Messages of another MTA by the milter protocol."};
    case Count::filter_messages:
      return {"postern_filter_messages_total", "Messages that a content filter was asked about."};
    case Count::filter_refusals:
      return {"postern_filter_refusals_total", "Messages that a content filter has refused or put off."};
    case Count::filter_failures:
      return {"postern_filter_failures_total", "Questions that a content filter has not answered."};
    case Count::filter_messages_unfiltered:
      return {"postern_filter_unfiltered_total",
              "Messages that were flagged and taken without a content filter's answer."};
    case Count::logins: return {"postern_logins_total", "Successful logins."};
    case Count::logins_failed:
      return {"postern_logins_failed_total", "Logins that failed because of a wrong name or password."};
    case Count::login_senders_refused:
      return {"postern_login_senders_refused_total",
              "Messages refused because a user who logged in may not send as their sender."};
    case Count::logins_refused:
      return {"postern_logins_refused_total",
              "Logins that were not looked at because too many of their network had failed."};
    case Count::commands_bad:
      return {"postern_commands_bad_total", "Commands answered with 5xx for their syntax or order."};
    case Count::deadlines_passed:
      return {"postern_deadlines_passed_total", "Connections closed because a time limit passed."};
    case Count::spool_commits: return {"postern_spool_commits_total", "Group commits of the spool."};
    case Count::spool_failures: return {"postern_spool_failures_total", "Group commits that failed."};
    case Count::delivered: return {"postern_delivered_total", "Recipients to whom a message was delivered."};
    case Count::delivery_deferred:
      return {"postern_delivery_deferred_total",
              "Delivery attempts that failed for now and will be repeated."};
    case Count::bounced: return {"postern_bounced_total", "Recipients to whom delivery failed permanently."};
    case Count::facts_dropped:
      return {"postern_facts_dropped_total", "Facts not recorded because the writer fell behind."};
    case Count::log_lines_dropped:
      return {"postern_log_lines_dropped_total", "Log lines dropped because the log's reader fell behind."};
    case Count::dns_timeouts:
      return {"postern_dns_timeouts_total", "Look-ups of client names that were not answered in time."};
    case Count::sessions_unexpected_errors:
      return {"postern_session_errors_total", "Sessions ended by an unexpected error."};
    case Count::last_: break;
  }
  return {};
}

}  // namespace postern

// The columns of the table of transactions. Included by evidence_tables.cpp alone.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "store/column.hpp"
#include "store/evidence_records.hpp"

namespace postern::store {
namespace transaction_table {

using Transaction = policy::TransactionFacts;
using Found = policy::AuthenticationFacts;
using std::string_view;

template <auto... way>
constexpr auto of_transaction(string_view name, string_view type, string_view meaning) {
  return column<&TransactionRecord::transaction, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_mail(string_view name, string_view type, string_view meaning) {
  return of_transaction<&Transaction::mail, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_authentication(string_view name, string_view type, string_view meaning) {
  return of_transaction<&Transaction::authentication, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_filter(string_view name, string_view type, string_view meaning) {
  return of_transaction<&Transaction::filter, way...>(name, type, meaning);
}

inline Cell sender_domain(TransactionRecord const& record) {
  auto const& sender = record.transaction.mail.reverse_path;
  return to_cell(sender ? sender->host() : std::string());
}

inline Cell asks_for_dsn(TransactionRecord const& record) {
  auto const& mail = record.transaction.mail;
  bool asks = mail.ret != wire::Ret::unsaid || !mail.envid.empty();
  for (auto const& r : record.transaction.recipients) asks = asks || r.notify.said || !r.orcpt.empty();
  return to_cell(asks);
}

// clang-format off
inline constexpr std::array transaction_columns{
    of_transaction<&Transaction::id>("id", "INTEGER PRIMARY KEY",
        "the queue id as a number; refused ones have one, too"),
    column<&TransactionRecord::connection>("connection", "INTEGER", "connections.id"),
    of_transaction<&Transaction::started>("started", "INTEGER", "microseconds since 1970, at MAIL"),
    of_mail<&wire::MailCommand::reverse_path>("sender", "TEXT", "reverse-path; empty: the null sender"),
    derived<TransactionRecord>("sender_domain", "TEXT", "lower case, A-labels", &sender_domain),
    of_mail<&wire::MailCommand::size>("declared_size", "INTEGER", "by SIZE=; 0: not said"),
    of_transaction<&Transaction::size>("size", "INTEGER", "bytes of content received"),
    of_mail<&wire::MailCommand::body>("body", "TEXT", "7bit, 8bitmime, binarymime; empty: not said"),
    of_mail<&wire::MailCommand::smtputf8>("smtputf8", "INTEGER", "1: asked for"),
    of_mail<&wire::MailCommand::requiretls>("requiretls", "INTEGER", "1: asked for (RFC 8689)"),
    of_transaction<&Transaction::chunking>("chunking", "INTEGER", "1: BDAT was used"),
    derived<TransactionRecord>("dsn", "INTEGER", "1: a DSN parameter was given", &asks_for_dsn),
    of_transaction<&Transaction::bare_newlines>("bare_newlines", "INTEGER",
        "CR or LF alone, rewritten or refused"),
    of_transaction<&Transaction::outcome>("outcome", "TEXT", "accepted, refused, deferred or aborted"),
    of_transaction<&Transaction::code>("code", "INTEGER", "of the reply that ended it"),
    of_transaction<&Transaction::decided_by>("rule", "TEXT", "what decided: `builtin:NAME` for a built-in rule, else the owner's rule; empty: nothing had to. Earlier versions wrote built-in names without the prefix"),
    of_transaction<&Transaction::content, &wire::ContentTraits::content_8bit>("content_8bit", "INTEGER",
        "1: there are bytes beyond ASCII"),
    of_transaction<&Transaction::spf>("spf", "TEXT",
        "RFC 7208: none, neutral, pass, softfail, fail, temperror, permerror; not-asked: not known in time"),
    of_transaction<&Transaction::recipients_unlisted>("recipients_unlisted", "INTEGER",
        "RCPT commands that were refused and have no row in recipients, because there were many"),
    of_authentication<&Found::dkim>("dkim", "TEXT",
        "of its DKIM signatures the best: none, pass, fail, policy, neutral, temperror, permerror; not-asked"),
    of_authentication<&Found::dkim_domains>("dkim_domains", "TEXT",
        "domains whose signatures hold, separated by blanks"),
    of_authentication<&Found::dmarc>("dmarc", "TEXT", "none, pass, fail, temperror, permerror; not-asked"),
    of_authentication<&Found::dmarc_domain>("dmarc_domain", "TEXT", "of the author, by the From field"),
    of_authentication<&Found::dmarc_policy>("dmarc_policy", "TEXT",
        "that this domain has published: none, quarantine or reject; empty: none"),
    of_authentication<&Found::disposition>("dmarc_disposition", "TEXT",
        "what it comes to for this message, whether it is enforced or not: none, quarantine or reject"),
    of_authentication<&Found::dmarc_override>("dmarc_override", "TEXT",
        "why it comes to none all the same: trusted-forwarder or trusted-sealer; none"),
    of_authentication<&Found::arc>("arc", "TEXT", "none, pass, fail, temperror; not-asked"),
    of_authentication<&Found::arc_sealer>("arc_sealer", "TEXT", "the domain of the last one who has sealed it"),
    of_filter<&policy::FilterFacts::name>("filter", "TEXT",
        "the content filter whose action counts; empty: none has answered"),
    of_filter<&policy::FilterFacts::action>("filter_action", "TEXT",
        "what it said: no action, add header, reject, ...; of a milter accept, reject, tempfail, discard"),
    of_filter<&policy::FilterFacts::score>("filter_score", "TEXT",
        "the score that rspamd gave, such as 7.50; empty: none"),
    of_filter<&policy::FilterFacts::symbols>("filter_symbols", "TEXT",
        "the names of rspamd's symbols, separated by blanks")};
// clang-format on

}  // namespace transaction_table
}  // namespace postern::store

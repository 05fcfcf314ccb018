#include "store/evidence_tables.hpp"

#include <array>

namespace postern::store {
namespace {

using Connection = policy::ConnectionFacts;
using Transaction = policy::TransactionFacts;
using Recipient = policy::RecipientFacts;
using policy::MemoryEntry;
using std::string_view;

// The id is the time of the beginning, made unique: it is read as both.
template <class Record, auto id, auto begin>
constexpr Column<Record> dated_id() {
  return {.name = "id",
          .type = "INTEGER PRIMARY KEY",
          .meaning = "microseconds since 1970 at which it began, made unique",
          .get = &MemberCell<id>::get,
          .set = [](Record& record, Cell const& cell) {
            from_cell(cell, record.*id);
            from_cell(cell, record.*begin);
          }};
}

template <auto... way>
constexpr auto of_tls(string_view name, string_view type, string_view meaning) {
  return column<&Connection::tls, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_transaction(string_view name, string_view type, string_view meaning) {
  return column<&TransactionRecord::transaction, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_mail(string_view name, string_view type, string_view meaning) {
  return of_transaction<&Transaction::mail, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_filter(string_view name, string_view type, string_view meaning) {
  return of_transaction<&Transaction::filter, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_recipient(string_view name, string_view type, string_view meaning) {
  return column<&RecipientRow::recipient, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_match(string_view name, string_view type, string_view meaning) {
  return column<&MatchRow::match, way...>(name, type, meaning);
}

template <auto... way>
constexpr auto of_report(string_view name, string_view type, string_view meaning) {
  return column<&OutboundRecord::reported, way...>(name, type, meaning);
}

Cell sender_domain(TransactionRecord const& record) {
  auto const& sender = record.transaction.mail.reverse_path;
  return to_cell(sender ? sender->host() : std::string());
}

Cell asks_for_dsn(TransactionRecord const& record) {
  auto const& mail = record.transaction.mail;
  bool asks = mail.ret != wire::Ret::unsaid || !mail.envid.empty();
  for (auto const& r : record.transaction.recipients) asks = asks || r.notify.said || !r.orcpt.empty();
  return to_cell(asks);
}

Cell recipient_domain(RecipientRow const& row) { return to_cell(row.recipient.address.host()); }

// clang-format off
constexpr std::array connection_columns{
    dated_id<Connection, &Connection::id, &Connection::started>(),
    column<&Connection::ended>("ended", "INTEGER", "microseconds since 1970"),
    column<&Connection::listener>("listener", "TEXT", "the address it came to, as configured"),
    column<&Connection::listener_tls>("listener_tls", "TEXT", "starttls, implicit or none"),
    column<&Connection::client>("client", "TEXT", "IP address (behind a trusted proxy: the one it told)"),
    column<&Connection::port>("port", "INTEGER", "the client's"),
    column<&Connection::verified_name>("verified_name", "TEXT",
        "forward-confirmed reverse DNS; empty: none, or not known in time"),
    column<&Connection::helo>("helo", "TEXT", "as the client gave it last"),
    column<&Connection::greeting>("greeting", "TEXT", "ehlo, helo or none"),
    of_tls<&policy::TlsFacts::state>("tls", "TEXT", "established, failed or none"),
    of_tls<&policy::TlsFacts::offered>("starttls_offered", "INTEGER", "1: it was in our answer to EHLO"),
    of_tls<&policy::TlsFacts::requested>("starttls_used", "INTEGER", "1: the client asked for TLS"),
    of_tls<&policy::TlsFacts::version>("tls_version", "TEXT", "TLSv1.3"),
    of_tls<&policy::TlsFacts::cipher>("tls_cipher", "TEXT", "IANA's name"),
    of_tls<&policy::TlsFacts::group>("tls_group", "TEXT", "of the key exchange"),
    of_tls<&policy::TlsFacts::resumed>("tls_resumed", "INTEGER", "1: with a session ticket"),
    of_tls<&policy::TlsFacts::sni>("sni", "TEXT", "the host name the client asked for"),
    of_tls<&policy::TlsFacts::client_certificate>("client_certificate", "TEXT",
        "not-asked, none, self-signed, untrusted, expired or trusted"),
    of_tls<&policy::TlsFacts::spki_sha256>("client_spki_sha256", "TEXT", "of its public key, hexadecimal"),
    of_tls<&policy::TlsFacts::failure>("tls_failure", "TEXT", "why the handshake failed"),
    of_tls<&policy::TlsFacts::injected>("injected_bytes", "INTEGER",
        "sent between STARTTLS and the handshake, thrown away: an attack, or a broken client"),
    column<&Connection::remembered, &policy::RememberedHost::failed_handshakes>(
        "earlier_tls_failures", "INTEGER",
        "failed handshakes of this client in a row, before this connection"),
    column<&Connection::commands>("commands", "INTEGER",
        "command lines that came, also those that were refused"),
    column<&Connection::errors>("errors", "INTEGER", "commands refused for their syntax or order"),
    column<&Connection::transactions>("transactions", "INTEGER", "MAIL commands that were understood"),
    column<&Connection::messages>("messages", "INTEGER", "accepted"),
    column<&Connection::end>("end", "TEXT",
        "quit, lost, timeout, shutdown, refused, tls-failed, too-many-errors or error"),
    column<&Connection::login>("login", "TEXT", "the user who logged in; empty: nobody"),
    column<&Connection::role>("role", "TEXT", "of the listener: mx, submission or beside"),
    column<&Connection::downgraded>("downgraded", "INTEGER",
        "1: brought mail without TLS, though TLS was to be expected of this host"),
    of_tls<&policy::TlsFacts::distrusts_us>("tls_distrusted", "INTEGER",
        "1: the client ended the handshake because it does not trust our certificate")};

constexpr std::array transaction_columns{
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
    of_filter<&policy::FilterFacts::name>("filter", "TEXT",
        "the content filter whose action counts; empty: none has answered"),
    of_filter<&policy::FilterFacts::action>("filter_action", "TEXT",
        "what it said: no action, add header, reject, ...; of a milter accept, reject, tempfail, discard"),
    of_filter<&policy::FilterFacts::score>("filter_score", "TEXT",
        "the score that rspamd gave, such as 7.50; empty: none"),
    of_filter<&policy::FilterFacts::symbols>("filter_symbols", "TEXT",
        "the names of rspamd's symbols, separated by blanks")};

constexpr std::array recipient_columns{
    column<&RecipientRow::message>("message", "INTEGER", "transactions.id"),
    column<&RecipientRow::position>("position", "INTEGER", "from 0, in the order of the RCPT commands"),
    of_recipient<&Recipient::address>("address", "TEXT", "forward-path"),
    derived<RecipientRow>("domain", "TEXT", "lower case, A-labels", &recipient_domain),
    of_recipient<&Recipient::standing>("standing", "TEXT",
        "mailbox, alias, postmaster, unknown or elsewhere"),
    of_recipient<&Recipient::accepted>("accepted", "INTEGER", "1: answered with 250"),
    of_recipient<&Recipient::code>("code", "INTEGER", "of the reply to RCPT"),
    of_recipient<&Recipient::decided_by>("rule", "TEXT", "what decided: `builtin:NAME` for a built-in rule, else the owner's rule; empty: nothing had to. Earlier versions wrote built-in names without the prefix"),
    of_recipient<&Recipient::flag>("flag", "TEXT", "rule; reason: as the header X-Postern-Flag has it")};

constexpr std::array delivery_columns{
    column<&DeliveryRecord::message>("message", "INTEGER", "transactions.id"),
    column<&DeliveryRecord::at>("at", "INTEGER", "microseconds since 1970"),
    column<&DeliveryRecord::address>("address", "TEXT", "the recipient, behind aliases"),
    column<&DeliveryRecord::destination>("destination", "TEXT", "where to"),
    column<&DeliveryRecord::attempt>("attempt", "INTEGER", "from 1"),
    column<&DeliveryRecord::outcome>("outcome", "TEXT", "delivered, deferred or failed"),
    column<&DeliveryRecord::reply>("reply", "TEXT", "what was said")};

constexpr std::array outbound_columns{
    dated_id<OutboundRecord, &OutboundRecord::id, &OutboundRecord::at>(),
    column<&OutboundRecord::destination>("destination", "TEXT", "as in deliveries"),
    column<&OutboundRecord::host>("host", "TEXT", "the server's name"),
    column<&OutboundRecord::peer>("peer", "TEXT", "its address and port; empty: none answered"),
    column<&OutboundRecord::policy>("policy", "TEXT",
        "that applied: none, opportunistic, dane, mta-sts, required, verified, fingerprint or requiretls"),
    column<&OutboundRecord::tls_offered>("tls_offered", "INTEGER",
        "1: STARTTLS was offered, or TLS came first"),
    column<&OutboundRecord::tls>("tls", "TEXT", "established, failed or none"),
    column<&OutboundRecord::tls_version>("tls_version", "TEXT", "TLSv1.3"),
    column<&OutboundRecord::tls_cipher>("tls_cipher", "TEXT", "IANA's name"),
    column<&OutboundRecord::tls_group>("tls_group", "TEXT", "of the key exchange"),
    column<&OutboundRecord::certificate>("certificate", "TEXT",
        "as public authorities have it: none, self-signed, untrusted, expired, wrong-name or trusted"),
    column<&OutboundRecord::proved>("proved", "INTEGER", "1: the server has proved what the policy asks for"),
    column<&OutboundRecord::tls_failure>("tls_failure", "TEXT",
        "why the handshake failed, or did not prove enough"),
    column<&OutboundRecord::delivered>("delivered", "INTEGER", "recipients"),
    column<&OutboundRecord::problem>("problem", "TEXT", "why it ended early; empty: it did not"),
    of_report<&ReportedPolicy::domain>("policy_domain", "TEXT",
        "whose report it counts in (RFC 8460); empty: nobody's"),
    of_report<&ReportedPolicy::type>("policy_type", "TEXT", "there: tlsa, sts or no-policy-found"),
    of_report<&ReportedPolicy::policy>("policy_lines", "TEXT", "the policy, a line each"),
    of_report<&ReportedPolicy::mx>("policy_mx", "TEXT", "the MTA-STS policy's patterns, a line each"),
    column<&OutboundRecord::result>("result", "TEXT",
        "success, or the type of failure (RFC 8460 section 4.3); empty: no session to be reported"),
    of_report<&ReportedPolicy::reason>("policy_problem", "TEXT", "why the policy could not be had")};

constexpr std::array match_columns{
    column<&MatchRow::at>("at", "INTEGER", "microseconds since 1970"),
    column<&MatchRow::connection>("connection", "INTEGER", "connections.id"),
    column<&MatchRow::message>("message", "INTEGER", "transactions.id; 0: before MAIL"),
    of_match<&policy::RuleMatch::recipient>("recipient", "INTEGER", "recipients.position; -1: not about one"),
    of_match<&policy::RuleMatch::rule>("rule", "TEXT", "its name"),
    of_match<&policy::RuleMatch::effect>("effect", "TEXT", "accept, flag, defer or reject"),
    of_match<&policy::RuleMatch::enforced>("enforced", "INTEGER", "1: done; 0: would have been")};

constexpr std::array memory_columns{
    column<&MemoryEntry::kind>("kind", "TEXT", "host, client or sender"),
    column<&MemoryEntry::name>("name", "TEXT",
        "a registrable domain or network; an address, of IPv6 its /64; a sender domain (SPF passed)"),
    column<&MemoryEntry::sessions>("sessions", "INTEGER", "over TLS; of a sender: messages"),
    column<&MemoryEntry::clear>("clear", "INTEGER", "mail transactions without TLS"),
    column<&MemoryEntry::failures>("failures", "INTEGER", "of handshakes; of a client: in a row"),
    column<&MemoryEntry::versions>("versions", "INTEGER", "bit n: TLS 1.n was seen"),
    column<&MemoryEntry::first_tls>("first_tls", "INTEGER", "microseconds since 1970; null: never"),
    column<&MemoryEntry::last_tls>("last_tls", "INTEGER",
        "microseconds since 1970 of the last session over TLS; null: never"),
    column<&MemoryEntry::clear_since>("clear_since", "INTEGER",
        "the first mail without TLS since the last TLS; null: none"),
    column<&MemoryEntry::last_failure>("last_failure", "INTEGER", "null: none"),
    column<&MemoryEntry::last_seen>("last_seen", "INTEGER",
        "microseconds since 1970 at which it was seen last"),
    column<&MemoryEntry::failure>("failure", "TEXT", "why the last handshake failed"),
    column<&MemoryEntry::key>("key", "TEXT",
        "of a sender: SHA-256 of the public key its clients have shown last"),
    column<&MemoryEntry::key_since>("key_since", "INTEGER", "since when"),
    column<&MemoryEntry::distrusts_us>("distrusts_us", "INTEGER",
        "1: of a client: since its last TLS it has ended a handshake because it does not trust our certificate")};
// clang-format on

template <class Record>
constexpr bool is_explained(Table<Record> const& table) {
  for (auto const& column : table.columns)
    if (column.name.empty() || column.type.empty() || column.meaning.empty()) return false;
  return !table.name.empty() && !table.meaning.empty();
}

}  // namespace

constexpr EvidenceTables evidence_tables{
    Table<Connection>{.id = TableId::connections,
                      .name = "connections",
                      .meaning = "One row for each connection, also for one that delivered nothing.",
                      .columns = connection_columns,
                      .dated_by = "id"},
    Table<TransactionRecord>{.id = TableId::transactions,
                             .name = "transactions",
                             .meaning = "One row for each mail transaction, whatever became of it.",
                             .columns = transaction_columns,
                             .dated_by = "id"},
    Table<RecipientRow>{
        .id = TableId::recipients,
        .name = "recipients",
        .meaning =
            "One row for each RCPT command that was understood, up to a number of those that were refused "
            "(transactions.recipients_unlisted).",
        .columns = recipient_columns,
        .key = "message, position",
        .dated_by = "message"},
    Table<DeliveryRecord>{.id = TableId::deliveries,
                          .name = "deliveries",
                          .meaning = "One row for each attempt to deliver to a recipient.",
                          .columns = delivery_columns,
                          .dated_by = "at"},
    Table<OutboundRecord>{
        .id = TableId::outbound,
        .name = "outbound",
        .meaning = "One row for each connection to another server, or the vain attempt at one.",
        .columns = outbound_columns,
        .dated_by = "id"},
    Table<MatchRow>{.id = TableId::rule_matches,
                    .name = "rule_matches",
                    .meaning = "One row for each time a rule of the owner's has matched.",
                    .columns = match_columns,
                    .dated_by = "at"},
    Table<MemoryEntry>{.id = TableId::tls_memory,
                       .name = "tls_memory",
                       .meaning = "What is remembered of who speaks TLS (docs/requiring-tls.md).",
                       .columns = memory_columns,
                       .key = "kind, name",
                       .on_conflict = OnConflict::replace,
                       .lifetime = Lifetime::memory_expire,
                       .dated_by = "last_seen"},
    Table<MemoryEntry>{.id = TableId::tls_memory_import,
                       .name = "tls_memory_import",
                       .meaning = "What `postern memory import` has left for the server to take in.",
                       .columns = memory_columns,
                       .key = "kind, name",
                       .on_conflict = OnConflict::replace,
                       .lifetime = Lifetime::unlimited}};

static_assert(std::tuple_size_v<EvidenceTables> == value_count<TableId>(), "one table for each TableId");
static_assert(std::apply(
                  [](auto const&... tables) {
                    std::size_t place = 0;
                    return ((static_cast<std::size_t>(tables.id) == place++) && ...);
                  },
                  evidence_tables),
              "in the order of TableId");
static_assert(std::apply([](auto const&... tables) { return (is_explained(tables) && ...); },
                         evidence_tables),
              "every table and every column has a name and a meaning");

Words<DeliveryOutcome> words_of(DeliveryOutcome) {
  static constexpr Word<DeliveryOutcome> words[] = {{DeliveryOutcome::delivered, "delivered"},
                                                    {DeliveryOutcome::deferred, "deferred"},
                                                    {DeliveryOutcome::failed, "failed"}};
  static_assert(is_complete(words));
  return words;
}

}  // namespace postern::store

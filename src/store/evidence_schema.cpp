#include "store/evidence_schema.hpp"

#include <array>

namespace postern::store {
namespace {

constexpr std::array<Column, 30> connection_columns{{
    {"id", "INTEGER PRIMARY KEY", "microseconds since 1970 at which it began, made unique"},
    {"ended", "INTEGER", "microseconds since 1970"},
    {"listener", "TEXT", "the address it came to, as configured"},
    {"listener_tls", "TEXT", "starttls, implicit or none"},
    {"client", "TEXT", "IP address (behind a trusted proxy: the one it told)"},
    {"port", "INTEGER", "the client's"},
    {"verified_name", "TEXT", "forward-confirmed reverse DNS; empty: none, or not known in time"},
    {"helo", "TEXT", "as the client gave it last"},
    {"greeting", "TEXT", "ehlo, helo or none"},
    {"tls", "TEXT", "established, failed or none"},
    {"starttls_offered", "INTEGER", "1: it was in our answer to EHLO"},
    {"starttls_used", "INTEGER", "1: the client asked for TLS"},
    {"tls_version", "TEXT", "TLSv1.3"},
    {"tls_cipher", "TEXT", "IANA's name"},
    {"tls_group", "TEXT", "of the key exchange"},
    {"tls_resumed", "INTEGER", "1: with a session ticket"},
    {"sni", "TEXT", "the host name the client asked for"},
    {"client_certificate", "TEXT", "not-asked, none, self-signed, untrusted, expired or trusted"},
    {"client_spki_sha256", "TEXT", "of its public key, hexadecimal"},
    {"tls_failure", "TEXT", "why the handshake failed"},
    {"injected_bytes", "INTEGER",
     "sent between STARTTLS and the handshake, thrown away: an attack, or a broken client"},
    {"earlier_tls_failures", "INTEGER", "failed handshakes of this client in a row, before this connection"},
    {"commands", "INTEGER", ""},
    {"errors", "INTEGER", "commands refused for their syntax or order"},
    {"transactions", "INTEGER", "MAIL commands that were understood"},
    {"messages", "INTEGER", "accepted"},
    {"end", "TEXT", "quit, lost, timeout, shutdown, refused, tls-failed, too-many-errors or error"},
    {"login", "TEXT", "the user who logged in; empty: nobody"},
    {"role", "TEXT", "of the listener: mx, submission or beside"},
    {"downgraded", "INTEGER", "1: brought mail in the clear, though TLS was to be expected of this host"},
}};

constexpr std::array<Column, 18> transaction_columns{{
    {"id", "INTEGER PRIMARY KEY", "the queue id as a number; refused ones have one, too"},
    {"connection", "INTEGER", "connections.id"},
    {"started", "INTEGER", "microseconds since 1970, at MAIL"},
    {"sender", "TEXT", "reverse-path; empty: the null sender"},
    {"sender_domain", "TEXT", "lower case, A-labels"},
    {"declared_size", "INTEGER", "by SIZE=; 0: not said"},
    {"size", "INTEGER", "bytes of content received"},
    {"body", "TEXT", "7bit, 8bitmime, binarymime; empty: not said"},
    {"smtputf8", "INTEGER", "1: asked for"},
    {"requiretls", "INTEGER", "1: asked for (RFC 8689)"},
    {"chunking", "INTEGER", "1: BDAT was used"},
    {"dsn", "INTEGER", "1: a DSN parameter was given"},
    {"bare_newlines", "INTEGER", "CR or LF alone, rewritten or refused"},
    {"outcome", "TEXT", "accepted, refused, deferred or aborted"},
    {"code", "INTEGER", "of the reply that ended it"},
    {"rule", "TEXT", "that decided; empty: none had to"},
    {"content_8bit", "INTEGER", "1: there are bytes beyond ASCII"},
    {"spf", "TEXT",
     "RFC 7208: none, neutral, pass, softfail, fail, temperror, permerror; not-asked: not known in time"},
}};

constexpr std::array<Column, 9> recipient_columns{{
    {"message", "INTEGER", "transactions.id"},
    {"position", "INTEGER", "from 0, in the order of the RCPT commands"},
    {"address", "TEXT", "forward-path"},
    {"domain", "TEXT", "lower case, A-labels"},
    {"standing", "TEXT", "mailbox, alias, postmaster, unknown or elsewhere"},
    {"accepted", "INTEGER", "1: answered with 250"},
    {"code", "INTEGER", "of the reply to RCPT"},
    {"rule", "TEXT", "that decided; empty: none had to"},
    {"flag", "TEXT", "rule; reason: as the header X-Postern-Flag has it"},
}};

constexpr std::array<Column, 7> delivery_columns{{
    {"message", "INTEGER", "transactions.id"},
    {"at", "INTEGER", "microseconds since 1970"},
    {"address", "TEXT", "the recipient, behind aliases"},
    {"destination", "TEXT", "where to"},
    {"attempt", "INTEGER", "from 1"},
    {"outcome", "TEXT", "delivered, deferred or failed"},
    {"reply", "TEXT", "what was said"},
}};

constexpr std::array<Column, 21> outbound_columns{{
    {"id", "INTEGER PRIMARY KEY", "microseconds since 1970 at which it began, made unique"},
    {"destination", "TEXT", "as in deliveries"},
    {"host", "TEXT", "the server's name"},
    {"peer", "TEXT", "its address and port; empty: none answered"},
    {"policy", "TEXT",
     "that applied: none, opportunistic, dane, mta-sts, required, verified, fingerprint or requiretls"},
    {"tls_offered", "INTEGER", "1: STARTTLS was offered, or TLS came first"},
    {"tls", "TEXT", "established, failed or none"},
    {"tls_version", "TEXT", "TLSv1.3"},
    {"tls_cipher", "TEXT", "IANA's name"},
    {"tls_group", "TEXT", "of the key exchange"},
    {"certificate", "TEXT",
     "as public authorities have it: none, self-signed, untrusted, expired, wrong-name or trusted"},
    {"proved", "INTEGER", "1: the server has proved what the policy asks for"},
    {"tls_failure", "TEXT", "why the handshake failed, or did not prove enough"},
    {"delivered", "INTEGER", "recipients"},
    {"problem", "TEXT", "why it ended early; empty: it did not"},
    {"policy_domain", "TEXT", "whose report it counts in (RFC 8460); empty: nobody's"},
    {"policy_type", "TEXT", "there: tlsa, sts or no-policy-found"},
    {"policy_lines", "TEXT", "the policy, a line each"},
    {"policy_mx", "TEXT", "the MTA-STS policy's patterns, a line each"},
    {"result", "TEXT",
     "success, or the type of failure (RFC 8460 section 4.3); empty: no session to be reported"},
    {"policy_problem", "TEXT", "why the policy could not be had"},
}};

constexpr std::array<Column, 7> match_columns{{
    {"at", "INTEGER", "microseconds since 1970"},
    {"connection", "INTEGER", "connections.id"},
    {"message", "INTEGER", "transactions.id; 0: before MAIL"},
    {"recipient", "INTEGER", "recipients.position; -1: not about one"},
    {"rule", "TEXT", "its name"},
    {"effect", "TEXT", "accept, flag, defer or reject"},
    {"enforced", "INTEGER", "1: done; 0: would have been"},
}};

constexpr std::array<Column, 14> memory_columns{{
    {"kind", "TEXT", "host, client or sender"},
    {"name", "TEXT", "a registrable domain or network; an address; a sender domain (SPF passed)"},
    {"sessions", "INTEGER", "over TLS; of a sender: messages"},
    {"clear", "INTEGER", "mail transactions in the clear"},
    {"failures", "INTEGER", "of handshakes; of a client: in a row"},
    {"versions", "INTEGER", "bit n: TLS 1.n was seen"},
    {"first_tls", "INTEGER", "microseconds since 1970; null: never"},
    {"last_tls", "INTEGER", ""},
    {"clear_since", "INTEGER", "the first mail in the clear since the last TLS; null: none"},
    {"last_failure", "INTEGER", "null: none"},
    {"last_seen", "INTEGER", ""},
    {"failure", "TEXT", "why the last handshake failed"},
    {"key", "TEXT", "of a sender: SHA-256 of the public key its clients have shown last"},
    {"key_since", "INTEGER", "since when"},
}};

constexpr std::array<Table, 8> tables{{
    {"connections", "One row for each connection, also for one that delivered nothing.", connection_columns,
     ")"},
    {"transactions", "One row for each mail transaction, whatever became of it.", transaction_columns, ")"},
    {"recipients", "One row for each RCPT command that was understood.", recipient_columns,
     ", PRIMARY KEY (message, position)) WITHOUT ROWID"},
    {"deliveries", "One row for each attempt to deliver to a recipient.", delivery_columns, ")"},
    {"outbound", "One row for each connection to another server, or the vain attempt at one.",
     outbound_columns, ")"},
    {"rule_matches", "One row for each time a rule of the owner's has matched.", match_columns, ")"},
    {"tls_memory", "What is remembered of who speaks TLS (docs/requiring-tls.md).", memory_columns,
     ", PRIMARY KEY (kind, name)) WITHOUT ROWID"},
    {"tls_memory_import", "What `postern memory import` has left for the server to take in.", memory_columns,
     ", PRIMARY KEY (kind, name)) WITHOUT ROWID"},
}};

}  // namespace

std::span<Table const> evidence_tables() { return tables; }

std::string create_statements() {
  std::string sql;
  for (auto const& table : tables) {
    sql += "CREATE TABLE IF NOT EXISTS " + std::string(table.name) + " (";
    for (auto const& column : table.columns)
      sql += (column.name == table.columns.front().name ? "" : ", ") + std::string("\"") +
             std::string(column.name) + "\" " + std::string(column.type);
    sql += std::string(table.suffix) + ";";
  }
  return sql + "PRAGMA user_version=" + std::to_string(evidence_version) + ";";
}

std::string insert_statement(Table const& table) {
  std::string sql = std::string(table.columns.data() == memory_columns.data() ? "INSERT OR REPLACE INTO "
                                                                              : "INSERT OR IGNORE INTO ") +
                    std::string(table.name) + " VALUES (";
  for (std::size_t i = 0; i < table.columns.size(); ++i) sql += i == 0 ? "?" : ",?";
  return sql + ")";
}

std::string facts_page() {
  std::string page =
      "# The store of facts\n\n"
      "Postern records how every connection and every message came in `facts.db` in its data directory: "
      "SQLite, in WAL mode,\n"
      "to be queried with any SQLite tool while the server runs. This page is printed by `postern facts "
      "--schema`.\n\n"
      "    sqlite3 postern-data/facts.db \"SELECT c.tls_version, count(*) FROM transactions t JOIN "
      "connections c\n"
      "      ON t.connection = c.id WHERE t.outcome = 'accepted' GROUP BY 1\"\n\n"
      "Facts are written in batches, off the mail path: a crash may lose the last second of them, never "
      "mail. When the writer\n"
      "falls behind, facts are dropped and counted (`postern_facts_dropped_total`); mail does not wait. Rows "
      "older than\n"
      "`facts.retention` are deleted.\n\n"
      "Schema version " +
      std::to_string(evidence_version) + " (`PRAGMA user_version`).\n";
  for (auto const& table : tables) {
    page += "\n## " + std::string(table.name) + "\n\n" + std::string(table.meaning) +
            "\n\n| column | type | meaning |\n|---|---|---|\n";
    for (auto const& column : table.columns)
      page += "| " + std::string(column.name) + " | " + std::string(column.type) + " | " +
              std::string(column.meaning) + " |\n";
  }
  return page;
}

}  // namespace postern::store

#include "whatif/readers/stalwart_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// "(tls.handshake)": what stands in the parentheses before the first " = "; empty: no such line.
std::string_view event_name(std::string_view line) {
  auto const open = line.find(" (");
  auto const close = line.find(") ", open == std::string_view::npos ? 0 : open);
  auto const equals = line.find(" = ");
  if (close == std::string_view::npos || close > equals) return {};
  auto const name = line.substr(open + 2, close - open - 2);
  return name.find('.') != std::string_view::npos && name.find(' ') == std::string_view::npos
             ? name
             : std::string_view();
}

// The value of `key = value` or `key = "value"`, outside of quotes, so that no value can hold a key.
std::string_view stalwart_value(std::string_view values, std::string_view key) {
  std::size_t at = 0;
  while (at < values.size()) {
    auto const equals = values.find(" = ", at);
    if (equals == std::string_view::npos) return {};
    auto const name = trimmed(values.substr(at, equals - at));
    auto const value = value_at(values, equals + 3, ", ");
    if (name == key) return value.text;
    auto const comma = values.find(", ", value.end);
    at = comma == std::string_view::npos ? values.size() : comma + 2;
  }
  return {};
}

}  // namespace

bool StalwartLog::line_looks_like(std::string_view line) {
  return !event_name(line).empty() && line.size() > 20 && is_digit(line[0]) && line[4] == '-' &&
         line.find(" = ") != std::string_view::npos;
}

void StalwartLog::line(std::string_view text) {
  auto rest = text;
  auto const at = clock_.take_iso(rest);
  auto const name = event_name(rest);
  if (!at || name.empty()) return stats_.skip(text, "no line of Stalwart's log");
  auto const values = rest.substr(rest.find(") ", rest.find(name)) + 2);
  auto const address = log_address(stalwart_value(values, "remoteIp"));
  bool const is_smtp = name.starts_with("smtp.") || name.starts_with("tls.") || name.starts_with("queue.") ||
                       name.starts_with("auth.");
  if (!is_smtp || !address) return;
  auto const port = stalwart_value(values, "remotePort");
  auto const key = hash_of(port, hash_of(address->print()));
  auto* connection = connections_.find(key);
  if (connection == nullptr || name == "smtp.connection-start") {
    connection = &connections_.open(key, [&](Connection&& oldest) { close(std::move(oldest), *at); });
    connection->facts.client = *address;
    connection->facts.has_client = true;
    // In plaintext until a handshake is told; of one whose beginning is not in the log nothing is known.
    connection->facts.tls.used = name == "smtp.connection-start" ? Tristate::no : Tristate::unknown;
  }
  event(name, values, *connection, *at);
  if (name == "smtp.connection-end")
    connections_.close_one(key, [&](Connection&& ended) { close(std::move(ended), *at); });
}

void StalwartLog::event(std::string_view name, std::string_view values, Connection& connection, Instant at) {
  auto& facts = connection.facts;
  auto const listener = stalwart_value(values, "listenerId");
  if (listener == "submission" || listener == "submissions") facts.origin = Origin::authenticated;
  if (name == "tls.handshake") {
    facts.tls.used = Tristate::yes;
    facts.tls.version = tls_version_name(stalwart_value(values, "version"));
  } else if (name == "tls.handshake-error") {
    facts.tls.failure = printable(stalwart_value(values, "reason"), 120);
    if (facts.tls.failure.empty()) facts.tls.failure = "handshake failed";
  } else if (name == "auth.success") {
    connection.logged_in = true;
  } else if (name == "smtp.ehlo" || name == "smtp.helo") {
    facts.helo = stalwart_value(values, "domain");
  } else if (name == "smtp.iprev-pass") {
    facts.client_name = stalwart_value(values, "domain");
  } else if (name == "smtp.mail-from") {
    connection.sender = stalwart_value(values, "from");
    connection.has_sender = true;
    connection.recipients.clear();
  } else if (name == "smtp.rcpt-to") {
    if (connection.recipients.size() < most_listed)
      connection.recipients.emplace_back(stalwart_value(values, "to"));
  } else if (name == "queue.message-queued" || name == "queue.authenticated-message-queued") {
    connection.logged_in = connection.logged_in || name == "queue.authenticated-message-queued";
    message(connection, at);
  }
}

void StalwartLog::message(Connection& connection, Instant at) {
  auto reception = connection.facts;
  reception.at = at;
  if (connection.logged_in) reception.origin = Origin::authenticated;
  reception.has_sender = connection.has_sender;
  reception.sender = connection.sender;
  reception.recipients = std::exchange(connection.recipients, {});
  sink_.take(std::move(reception));
}

void StalwartLog::close(Connection&& connection, Instant at) {
  connection.facts.kind = Reception::Kind::session;
  connection.facts.at = at;
  sink_.take(std::move(connection.facts));
}

void StalwartLog::ended() {
  connections_.close_all([&](Connection&& connection) { close(std::move(connection), clock_.last()); });
}

}  // namespace postern::whatif

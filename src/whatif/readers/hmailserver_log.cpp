#include "whatif/readers/hmailserver_log.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_connected = 10'000;

struct HmailserverRow {
  std::string_view kind;     // "SMTPD"
  std::string_view session;  // of SMTPD alone
  std::string_view time, client;
  std::string_view text;
};

// "value"<TAB>, none of which can hold a quote.
bool take_quoted_field(std::string_view& line, std::string_view& value) {
  if (!line.starts_with('"')) return false;
  auto const close = line.find('"', 1);
  if (close == std::string_view::npos || line.substr(close + 1, 1) != "\t") return false;
  value = line.substr(1, close - 1);
  line.remove_prefix(close + 2);
  return true;
}

bool take_number_field(std::string_view& line, std::string_view& value) {
  auto const end = line.find('\t');
  if (end == 0 || end == std::string_view::npos || line.find_first_not_of("-0123456789") != end) return false;
  value = line.substr(0, end);
  line.remove_prefix(end + 1);
  return true;
}

// "SMTPD"<TAB>thread<TAB>session<TAB>"time"<TAB>"address"<TAB>"text",
// "TCPIP"<TAB>thread<TAB>"time"<TAB>"text". The text is the last: what a client puts into it makes no other
// field.
std::optional<HmailserverRow> hmailserver_row(std::string_view line) {
  HmailserverRow row;
  std::string_view thread;
  if (!take_quoted_field(line, row.kind) || !take_number_field(line, thread)) return std::nullopt;
  bool const is_of_session = row.kind == "SMTPD" || row.kind == "SMTPC" || row.kind == "IMAPD" ||
                             row.kind == "POP3D" || row.kind == "POP3C";
  if (is_of_session && !take_number_field(line, row.session)) return std::nullopt;
  if (!take_quoted_field(line, row.time)) return std::nullopt;
  if (is_of_session && !take_quoted_field(line, row.client)) return std::nullopt;
  if (line.size() < 2 || line.front() != '"' || line.back() != '"') return std::nullopt;
  row.text = line.substr(1, line.size() - 2);
  return row;
}

bool is_port_of_mailboxes(std::uint64_t port) {
  return port == 110 || port == 143 || port == 993 || port == 995;
}

}  // namespace

bool HmailserverLog::line_looks_like(std::string_view line) {
  auto const row = hmailserver_row(line);
  return row && row->kind == "SMTPD";
}

void HmailserverLog::row(std::string_view text) {
  auto const row = hmailserver_row(text);
  auto written = row ? row->time : std::string_view();
  auto const at = clock_.take_iso(written);
  if (!at) return stats_.skip(text, "no row of hMailServer's log");
  set_now(*at);
  if (row->kind == "SMTPD") {
    said(row->session, row->client, row->text);
  } else if (row->kind == "TCPIP") {
    connected(row->text);
    handshake(row->text);
  } else if (row->kind == "DEBUG" && row->text.starts_with("Ending session ")) {
    end_session(hash_of(between(row->text, "Ending session ", ' ')));
  }
}

void HmailserverLog::said(std::string_view session_id, std::string_view client, std::string_view text) {
  bool const is_reply = text.starts_with("SENT: ");
  if (!is_reply && !text.starts_with("RECEIVED: ")) return;
  text.remove_prefix(is_reply ? 6 : 10);
  auto const key = hash_of(session_id);
  auto const address = log_address(client);
  auto* found = session(key);
  bool const is_greeting = is_reply && text.starts_with("220") && (!found || !found->has_asked_for_tls());
  // The numbers of sessions begin anew when the service is started again.
  bool const is_another =
      found && ((is_greeting && found->has_spoken()) || (address && found->facts.client != *address));
  if (!found || is_another) found = &begin_session(key, address);
  if (is_greeting)
    greeted(*found, client);
  else if (is_reply)
    replied(*found, text);
  else
    found->command(now(), text);
  if (is_reply && text.starts_with("221")) end_session(key);
}

// "250-host[nl]250-STARTTLS[nl]250 HELP" is one reply; what stands behind "[nl]" in one of a single line is
// text that a client may have chosen.
void HmailserverLog::replied(SmtpTranscript& session, std::string_view text) {
  while (text.size() > 3 && text[3] == '-') {
    auto const end = text.find("[nl]");
    session.reply(text.substr(0, end), messages());
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 4);
  }
  session.reply(text, messages());
}

void HmailserverLog::greeted(SmtpTranscript& session, std::string_view client) {
  session.is_whole = true;
  auto const found = connected_.find(hash_of(client));
  if (found == connected_.end()) return;
  auto& connections = found->second;
  // Handshakes are told of beside connections.
  if (session.facts.tls.used == Tristate::unknown) session.facts.tls.used = Tristate::no;
  if (connections.port == 465 || connections.port == 587) session.facts.origin = Origin::authenticated;
  if (--connections.count == 0) connected_.erase(found);
}

// "TCP - 192.0.2.1 connected to 192.0.2.25:25."
void HmailserverLog::connected(std::string_view text) {
  if (!text.starts_with("TCP - ")) return;
  auto const client = between(text, "TCP - ", ' ');
  auto const local = between(text, " connected to ", ' ');
  auto const port = number_in(local.substr(std::min(local.rfind(':'), local.size() - 1) + 1));
  if (local.empty() || !log_address(client) || is_port_of_mailboxes(port)) return;
  if (connected_.size() >= most_connected) connected_.clear();
  auto& connections = connected_[hash_of(client)];
  if (connections.count == 0) connections.port = port;
  if (connections.port != port) connections.port = 0;
  ++connections.count;
}

// "TCPConnection - TLS/SSL handshake completed. Session Id: 7, Remote IP: 192.0.2.1, Version: TLSv1.3, ...":
// also of outgoing sessions and of IMAP's, which no SMTPD row follows; before the greeting with TLS from the
// first byte.
void HmailserverLog::handshake(std::string_view text) {
  if (!text.starts_with("TCPConnection - TLS/SSL handshake ")) return;
  bool const completed = text.find("handshake completed") != std::string_view::npos;
  auto const key = hash_of(between(text, "Session Id: ", ','));
  auto const address = log_address(between(text, "Remote IP: ", ','));
  auto* found = session(key);
  bool const is_its = found && found->awaits_tls() && address && found->facts.client == *address;
  if (is_its && !completed) return found->tls_failed(between(text, "Message: ", '\0'));
  if (!completed) return;
  if (!is_its) found = &begin_session(key, address);
  found->tls_established(tls_version_name(between(text, "Version: ", ',')));
}

void HmailserverLog::rows_ended() {
  if (left_unknown() == 0) return;
  stats_.note("hMailServer: of " + std::to_string(left_unknown()) +
              " messages the log does not tell whether they came over TLS: STARTTLS was not offered in their "
              "sessions, "
              "and there are no TCP/IP rows, which tell of connections and handshakes. Log TCP/IP, too.");
}

}  // namespace postern::whatif

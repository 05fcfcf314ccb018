#include "whatif/readers/exchange_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/delimited.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

enum Column : std::size_t {
  date_time,
  connector,
  session_id,
  sequence,
  local,
  remote,
  event,
  data,
  context,
  columns
};

// "95.10.20.33:56026", "[2001:db8::1]:25"
std::optional<IpAddress> endpoint_address(std::string_view text) {
  if (text.starts_with('[')) return log_address(text.substr(1, text.find(']') - 1));
  return log_address(text.substr(0, text.rfind(':')));
}

// "SID=123453EC62278461 IP=192.0.2.33 PORT=56026": the value of a name.
std::string_view proxy_value(std::string_view text, std::string_view name) {
  return between(text, " " + std::string(name) + "=", ' ');
}

// "250 2.6.0 <1@example.org> [InternalId=1001, ...] Queued mail for delivery": the Message-ID.
std::string_view message_id_in(std::string_view reply) { return between(reply, "<", '>'); }

// The reply to a message's content; a chunk of it is answered by "250 2.6.0 CHUNK received OK, 9 octets".
bool is_queued(std::uint16_t code, std::string_view text) {
  if (code != 250 || text.find("CHUNK received") != std::string_view::npos) return false;
  return text.find("Queued mail") != std::string_view::npos || text.find(" 2.6.0") != std::string_view::npos;
}

}  // namespace

bool ExchangeLog::head_looks_like(std::string_view start) {
  return start.starts_with("#Software: Microsoft Exchange") ||
         start.find("#Fields: date-time,connector-id,session-id") < 4096;
}

std::optional<Instant> ExchangeLog::time_of_line(std::string_view line, LogClock& clock) {
  return clock.take_iso(line);
}

void ExchangeLog::line(std::string_view text) {
  if (text.starts_with('#')) return;
  auto const fields = split_delimited(text);
  auto written = fields.empty() ? std::string_view() : std::string_view(fields[0]);
  auto const at = clock_.take_iso(written);
  if (!at || fields.size() < columns - 1) {
    stats_.skip(text, "no line of an Exchange receive log");
    return;
  }
  auto const key = hash_of(fields[session_id]);
  auto const& kind = fields[event];
  if (kind == "-") return sessions_.close_one(key, [&](Session&& closed) { close(std::move(closed), *at); });
  auto* const known = sessions_.find(key);
  auto& session = known != nullptr ? *known : open(key, *at, fields);
  if (kind == "<")
    command(session, *at, fields[data]);
  else if (kind == ">")
    reply(session, fields[data]);
  else if (kind == "*")
    remark(session, fields[data],
           fields.size() > context ? std::string_view(fields[context]) : std::string_view());
}

// By its first line, of which there are all `fields` but the last.
ExchangeLog::Session& ExchangeLog::open(std::uint64_t key, Instant at,
                                        std::vector<std::string> const& fields) {
  if (seen_.find(key) == nullptr) seen_.open(key, [](Seen&&) {});
  auto& session = sessions_.open(key, [&](Session&& oldest) { close(std::move(oldest), at); });
  session.id = fields[session_id];
  auto& facts = session.facts;
  facts.tls.used = fields[event] == "+" ? Tristate::no : Tristate::unknown;
  if (auto const address = endpoint_address(fields[remote])) {
    facts.client = *address;
    facts.has_client = true;
  }
  if (fields[connector].find("\\Client ") != std::string::npos) facts.origin = Origin::authenticated;
  return session;
}

// "XPROXYFROM SID=123453EC62278461 IP=192.0.2.33 PORT=56026 DOMAIN=mail.example.org ...": the front end tells
// whose mail follows. The TLS of this session is its own.
void ExchangeLog::proxied(Session& session, std::string_view text) {
  session.is_inner = true;
  session.id = proxy_value(text, "SID");
  auto const address = log_address(proxy_value(text, "IP"));
  session.facts.has_client = address.has_value();
  session.facts.client = address.value_or(IpAddress());
  session.facts.helo = proxy_value(text, "DOMAIN");
  session.facts.tls = {};
}

void ExchangeLog::command(Session& session, Instant at, std::string_view text) {
  if (istarts_with(text, "EHLO ") || istarts_with(text, "HELO ")) {
    session.facts.helo = text.substr(5);
  } else if (istarts_with(text, "MAIL FROM:")) {
    session.sender = angle_path(text, ":").value_or(std::string_view());
    session.in_transaction = true;
    session.in_content = session.recipient_refused = false;
    session.mail_at = at;
    session.recipients.clear();
    session.unanswered.assign(1, Asked{});
  } else if (istarts_with(text, "RCPT TO:")) {
    if (session.unanswered.size() < most_listed)
      session.unanswered.push_back(
          {.of_recipient = true,
           .recipient = std::string(angle_path(text, ":").value_or(std::string_view()))});
  } else if (istarts_with(text, "DATA") || istarts_with(text, "BDAT")) {
    session.in_content = true;
  } else if (istarts_with(text, "XPROXYFROM ") || istarts_with(text, "XPROXY ")) {
    proxied(session, text);
  } else if (istarts_with(text, "RSET")) {
    session.in_transaction = session.in_content = false;
  }
}

// The commands of a transaction may come at once, before the replies to them, which come in their order.
void ExchangeLog::reply(Session& session, std::string_view text) {
  auto const number = number_in(text);
  if (!session.in_transaction || number < 200 || number > 599) return;
  auto const code = static_cast<std::uint16_t>(number);
  if (session.unanswered.empty() || is_queued(code, text)) {
    if (session.in_content) content_reply(session, code, text);
    return;
  }
  auto asked = std::move(session.unanswered.front());
  session.unanswered.erase(session.unanswered.begin());
  if (!asked.of_recipient && code >= 400) {
    give(session, code);
    session.in_transaction = session.in_content = false;
  } else if (asked.of_recipient && code == 250 && session.recipients.size() < most_listed) {
    session.recipients.push_back(std::move(asked.recipient));
  } else if (asked.of_recipient && code >= 400 && session.recipients.empty()) {
    refuse_recipient(session, code, std::move(asked.recipient));
  }
}

void ExchangeLog::content_reply(Session& session, std::uint16_t code, std::string_view text) {
  if (code < 400 && !is_queued(code, text)) return;  // 354, or a chunk
  bool const was_told = code >= 400 && session.recipient_refused && session.recipients.empty();
  if (!was_told) give(session, code, text);
  session.in_transaction = session.in_content = false;
}

void ExchangeLog::refuse_recipient(Session& session, std::uint16_t code, std::string recipient) {
  session.recipient_refused = true;
  session.recipients.push_back(std::move(recipient));
  give(session, code);
  session.recipients.clear();
}

// `reply`: to the content. Front end and hub give the same to the client, so that it tells that two messages
// of the front end's session are one.
void ExchangeLog::give(Session& session, std::uint16_t code, std::string_view reply) {
  if (session.is_inner && seen_.find(hash_of(session.id)) != nullptr) return;
  auto reception = session.facts;
  reception.at = session.mail_at;
  if (auto const id = message_id_in(reply); !id.empty()) reception.copy_of = hash_of(id, hash_of(session.id));
  reception.code = code;
  reception.outcome = code < 400 ? policy::Outcome::accepted : refusal_outcome(code);
  reception.for_want_of_tls = code == 530;
  reception.has_sender = true;
  reception.sender = session.sender;
  reception.recipients = session.recipients;
  sink_.take(std::move(reception));
}

// "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using ...", "TLS negotiation failed with error
// ...": at its start, as other remarks hold what a client has said ("User Name: ...").
void ExchangeLog::remark(Session& session, std::string_view data, std::string_view context) {
  auto const text = context.empty() ? data : context;
  auto& tls = session.facts.tls;
  constexpr std::string_view protocol = "TLS protocol SP_PROT_";
  if (text.starts_with("TLS protocol ") && text.find(" negotiation succeeded") != std::string_view::npos) {
    tls.used = Tristate::yes;
    tls.certificate = policy::ClientCertificate::none;
    if (text.starts_with(protocol)) tls.version = tls_version_name(text.substr(protocol.size()));
  } else if (text.starts_with("TLS negotiation failed")) {
    tls.failure = printable(text, 120);
  } else if (text == "authenticated") {
    session.facts.origin = Origin::authenticated;
  }
}

void ExchangeLog::close(Session&& session, Instant at) {
  if (session.is_inner) return;
  auto reception = std::move(session.facts);
  reception.kind = Reception::Kind::session;
  reception.at = at;
  sink_.take(std::move(reception));
}

void ExchangeLog::ended() {
  sessions_.close_all([&](Session&& session) { close(std::move(session), clock_.last()); });
}

}  // namespace postern::whatif

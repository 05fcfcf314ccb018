#include "whatif/readers/opensmtpd_log.hpp"

#include <charconv>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_sessions = 100'000;

std::optional<std::uint64_t> session_id(std::string_view text) {
  if (text.size() < 17 || text[16] != ' ') return std::nullopt;
  std::uint64_t id = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + 16, id, 16);
  return error == std::errc() && end == text.data() + 16 ? std::optional(id) : std::nullopt;
}

}  // namespace

void OpensmtpdLog::give_message(Session& session) {
  if (!session.has_message) return;
  session.has_message = false;
  auto arrival = session.facts;
  arrival.at = session.message_at;
  arrival.origin = session.authenticated ? Origin::authenticated : session.facts.origin;
  arrival.has_sender = session.has_sender;
  arrival.sender = std::move(session.sender);
  arrival.recipients = std::move(session.recipients);
  session.sender.clear();
  session.recipients.clear();
  session.has_sender = false;
  sink_.take(std::move(arrival));
}

void OpensmtpdLog::close(std::uint64_t id, Instant at, std::string_view reason) {
  auto const found = sessions_.find(id);
  if (found == sessions_.end()) return;
  auto& session = found->second;
  give_message(session);
  auto arrival = std::move(session.facts);
  sessions_.erase(found);
  arrival.kind = Arrival::Kind::session;
  arrival.at = at;
  if (reason == "tls-accept-failed")
    arrival.tls.failure = "handshake failed";
  else if (arrival.tls.used != Answered::yes && reason.find("SSL routines") != std::string_view::npos)
    arrival.tls.failure = printable(openssl_reason(reason), 120);
  sink_.take(std::move(arrival));
}

// "failed-command command="RCPT TO:<x>" result="550 ...""
void OpensmtpdLog::refused(Session& session, Instant at, std::string_view text) {
  auto const command = between(text, "command=\"", '"');
  if (!istarts_with(command, "RCPT") && !istarts_with(command, "MAIL") && !istarts_with(command, "DATA"))
    return;
  auto arrival = session.facts;
  arrival.at = at;
  auto const code = number_in(between(text, "result=\"", ' '));
  arrival.code = code <= 599 ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
  arrival.outcome = code >= 400 && code < 500 ? policy::Outcome::deferred : policy::Outcome::refused;
  auto const path = between(command, "<", '>');
  if (istarts_with(command, "RCPT") && !path.empty()) arrival.recipients.emplace_back(path);
  if (istarts_with(command, "MAIL")) arrival.has_sender = true, arrival.sender = path;
  arrival.for_want_of_tls = code == 530;
  sink_.take(std::move(arrival));
}

void OpensmtpdLog::line(LogLine const& line) {
  now_ = line.at;
  auto const id = session_id(line.text);
  if (!id) return;
  auto text = line.text.substr(17);
  if (!text.starts_with("smtp ")) return;  // "mda delivery", "mta connected": the other half of it
  text.remove_prefix(5);
  if (text.starts_with("connected ")) {
    Session session;
    session.facts.tls.used = Answered::no;  // until a tls line comes
    auto const address = between(text, "address=", ' ');
    if (auto const parsed = log_address(address)) {
      session.facts.client = *parsed;
      session.facts.has_client = true;
    } else if (address == "local") {
      session.facts.origin = Origin::local;
    }
    auto const host = between(text, "host=", ' ');
    if (host != "<unknown>" && host != "<valid>") session.facts.client_name = host;
    sessions_[*id] = std::move(session);
    order_.push_back(*id);
    if (order_.size() > most_sessions) {
      close(order_.front(), line.at, {});
      order_.pop_front();
    }
    return;
  }
  auto const found = sessions_.find(*id);
  if (found == sessions_.end()) return;
  auto& session = found->second;
  if (text.starts_with("tls ")) {
    auto const cipher = between(text, "ciphers=", ' ');
    session.facts.tls.used = Answered::yes;
    session.facts.tls.version = tls_version_name(cipher);
    if (!session.facts.tls.certificate) session.facts.tls.certificate = policy::ClientCertificate::none;
  } else if (text.starts_with("cert-check ")) {
    session.facts.tls.certificate = text.find("\"verified\"") != std::string_view::npos
                                        ? policy::ClientCertificate::trusted
                                        : policy::ClientCertificate::untrusted;
  } else if (text.starts_with("authentication ")) {
    session.authenticated = text.find("result=ok") != std::string_view::npos || session.authenticated;
  } else if (text.starts_with("message ")) {
    give_message(session);
    session.has_message = true;
    session.message_at = line.at;
  } else if (text.starts_with("envelope ")) {
    if (auto const sender = angle_path(text, "from=")) session.has_sender = true, session.sender = *sender;
    if (auto const recipient = angle_path(text, " to="); recipient && session.recipients.size() < most_listed)
      session.recipients.emplace_back(*recipient);
  } else if (text.starts_with("failed-command ")) {
    refused(session, line.at, text);
  } else if (text.starts_with("disconnected ")) {
    auto reason = between(text, "reason=", '\n');
    if (reason.starts_with('"')) reason.remove_prefix(1);
    close(*id, line.at, reason);
  }
}

void OpensmtpdLog::end() {
  while (!order_.empty()) {
    close(order_.front(), now_, {});
    order_.pop_front();
  }
}

void OpensmtpdOutput::line(std::string_view text) {
  LogLine line;
  auto rest = text;
  if (clock_.take_iso(rest)) rest = trimmed(rest);
  line.at = clock_.last();
  line.text = rest;
  dialect_.line(line);
}

}  // namespace postern::whatif

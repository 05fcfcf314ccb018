#include "whatif/readers/opensmtpd_log.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t smtpd_sessions_limit = 100'000;

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
  auto reception = session.facts;
  reception.at = session.message_at;
  reception.origin = session.authenticated ? Origin::authenticated : session.facts.origin;
  reception.has_sender = session.has_sender;
  reception.sender = std::move(session.sender);
  reception.recipients = std::move(session.recipients);
  session.sender.clear();
  session.recipients.clear();
  session.has_sender = false;
  sink_.take(std::move(reception));
}

void OpensmtpdLog::close(std::uint64_t id, Instant at, std::string_view reason) {
  auto const found = sessions_.find(id);
  if (found == sessions_.end()) return;
  auto& session = found->second;
  give_message(session);
  auto reception = std::move(session.facts);
  sessions_.erase(found);
  reception.kind = Reception::Kind::session;
  reception.at = at;
  if (reason == "tls-accept-failed")
    reception.tls.failure = "handshake failed";
  else if (reception.tls.used != Tristate::yes && reason.find("SSL routines") != std::string_view::npos)
    reception.tls.failure = printable(openssl_reason(reason), 120);
  sink_.take(std::move(reception));
}

// "failed-command command="RCPT TO:<x>" result="550 ...""
void OpensmtpdLog::refused(Session& session, Instant at, std::string_view text) {
  auto const command = between(text, "command=\"", '"');
  if (!istarts_with(command, "RCPT") && !istarts_with(command, "MAIL") && !istarts_with(command, "DATA"))
    return;
  auto reception = session.facts;
  reception.at = at;
  auto const code = number_in(between(text, "result=\"", ' '));
  reception.code = code <= 599 ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
  reception.outcome = refusal_outcome(code);
  auto const path = between(command, "<", '>');
  if (istarts_with(command, "RCPT") && !path.empty()) reception.recipients.emplace_back(path);
  if (istarts_with(command, "MAIL")) {
    reception.has_sender = true;
    reception.sender = path;
  }
  reception.for_want_of_tls = code == 530;
  sink_.take(std::move(reception));
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
    session.facts.tls.used = Tristate::no;  // until a tls line comes
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
    if (order_.size() > smtpd_sessions_limit) {
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
    session.facts.tls.used = Tristate::yes;
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
    if (auto const sender = angle_path(text, "from=")) {
      session.has_sender = true;
      session.sender = *sender;
    }
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

bool OpensmtpdOutput::line_looks_like(std::string_view line) {
  if (line.starts_with("info: OpenSMTPD")) return true;
  if (line.size() < 18 || line[16] != ' ') return false;
  auto const id = line.substr(0, 16);
  return std::all_of(id.begin(), id.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
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

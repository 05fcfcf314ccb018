#include "whatif/readers/opensmtpd_log.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

std::optional<std::uint64_t> id_of_session(std::string_view text) {
  if (text.size() < 17 || text[16] != ' ') return std::nullopt;
  std::uint64_t id = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + 16, id, 16);
  return error == std::errc() && end == text.data() + 16 ? std::optional(id) : std::nullopt;
}

// "event=closed address=192.0.2.1 host=h reason=quit" in the words of later versions: "disconnected
// address=... reason=quit". Empty: it is not of that form.
std::string old_event(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> events[] = {{"connected", "connected"},
                                                                      {"starttls", "tls"},
                                                                      {"message", "message"},
                                                                      {"closed", "disconnected"},
                                                                      {"failed-command", "failed-command"},
                                                                      {"authentication", "authentication"},
                                                                      {"bad-input", "bad-input"}};
  if (!text.starts_with("event=")) return {};
  text.remove_prefix(6);
  auto const event = text.substr(0, text.find(' '));
  text.remove_prefix(event.size());
  for (auto const& [old, name] : events)
    if (event == old) return std::string(name) + std::string(text);
  return std::string(event) + std::string(text);
}

// "TLSv1.3:TLS_AES_256_GCM_SHA384:256", or `"version=TLSv1.2, cipher=..., bits=256"`.
std::string_view version_in(std::string_view ciphers) {
  auto const at = ciphers.find("version=");
  return tls_version_name(at == std::string_view::npos ? ciphers : ciphers.substr(at + 8));
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

// "connected address=192.0.2.1 host=h"
void OpensmtpdLog::open(std::uint64_t id, Instant at, std::string_view text) {
  auto& facts = sessions_.open(id, [&](Session&& oldest) { close(std::move(oldest), at, {}); }).facts;
  facts.tls.used = Tristate::no;  // until a tls line comes
  auto address = between(text, "address=", ' ');
  if (address.starts_with('[')) address = address.substr(1, address.find(']') - 1);  // IPv6
  if (auto const parsed = log_address(address)) {
    facts.client = *parsed;
    facts.has_client = true;
  } else if (address == "local") {
    facts.origin = Origin::local;
  }
  auto const host = between(text, "host=", ' ');
  if (host != "<unknown>" && host != "<valid>") facts.client_name = host;
}

void OpensmtpdLog::close(Session&& session, Instant at, std::string_view reason) {
  give_message(session);
  auto reception = std::move(session.facts);
  reception.kind = Reception::Kind::session;
  reception.at = at;
  if (reason == "tls-accept-failed")
    reception.tls.failure = "handshake failed";
  else if (reception.tls.used != Tristate::yes && reason.find("SSL routines") != std::string_view::npos)
    reception.tls.failure = printable(openssl_reason(reason), 120);
  sink_.take(std::move(reception));
}

// "from=<a> to=<b>": the recipient is looked for behind the sender, who has chosen his address.
void OpensmtpdLog::envelope(Session& session, std::string_view text) {
  auto const sender = angle_path(text, " from=");
  if (!sender) return;
  session.has_sender = true;
  session.sender = *sender;
  text.remove_prefix(text.find(" from=<") + 7 + sender->size());
  if (auto const recipient = angle_path(text, " to="); recipient && session.recipients.size() < most_listed)
    session.recipients.emplace_back(*recipient);
}

// "failed-command command="RCPT TO:<x>" result="550 ..."": the client has chosen the command, and may have
// quotes in it.
void OpensmtpdLog::refused(Session& session, Instant at, std::string_view text) {
  constexpr std::string_view key = "command=\"";
  auto const begin = text.find(key);
  if (begin == std::string_view::npos) return;
  auto const command = text.substr(begin + key.size());
  if (!istarts_with(command, "RCPT") && !istarts_with(command, "MAIL") && !istarts_with(command, "DATA"))
    return;
  auto reception = session.facts;
  reception.at = at;
  auto const path_at =
      istarts_with(command, "DATA") ? command.size() : std::min(command.find('<'), command.size());
  auto const path = angle_path(command.substr(path_at), "").value_or(std::string_view());
  auto const result = path.empty() ? command : command.substr(path_at + 1 + path.size());
  auto const code = number_in(between(result, "result=\"", ' '));
  reception.code = code <= 599 ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
  reception.outcome = refusal_outcome(code);
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
  auto const id = id_of_session(line.text);
  if (!id) return;
  std::string_view text = line.text.substr(17);
  if (!text.starts_with("smtp ")) return;  // "mda delivery", "mta connected": the other half of it
  text.remove_prefix(5);
  auto const written = old_event(text);  // of OpenSMTPD 6.0 to 6.3
  if (!written.empty()) text = written;
  if (text.starts_with("connected ")) return open(*id, line.at, text);
  auto* const found = sessions_.find(*id);
  if (found == nullptr) return;
  auto& session = *found;
  if (text.starts_with("tls ")) {
    give_message(session);  // it came before
    auto const cipher = between(text, "ciphers=", ' ');
    session.facts.tls.used = Tristate::yes;
    session.facts.tls.version = version_in(cipher);
    if (!session.facts.tls.certificate) session.facts.tls.certificate = policy::ClientCertificate::none;
  } else if (text.starts_with("cert-check ")) {
    session.facts.tls.certificate = text.find("\"verified\"") != std::string_view::npos
                                        ? policy::ClientCertificate::trusted
                                        : policy::ClientCertificate::untrusted;
  } else if (text.starts_with("authentication ")) {
    give_message(session);
    auto const result = text.rfind(" result=");  // the client has chosen the user's name before it
    if (result != std::string_view::npos && text.substr(result).starts_with(" result=ok"))
      session.authenticated = true;
  } else if (text.starts_with("message ")) {
    give_message(session);
    session.has_message = true;
    session.message_at = line.at;
    envelope(session, text);  // it stood here up to 6.3
  } else if (text.starts_with("envelope ")) {
    envelope(session, text);
  } else if (text.starts_with("failed-command ")) {
    refused(session, line.at, text);
  } else if (text.starts_with("disconnected ")) {
    auto reason = between(text, "reason=", '\n');
    if (reason.starts_with('"')) reason = reason.substr(1, reason.rfind('"') - 1);
    sessions_.close_one(*id, [&](Session&& closed) { close(std::move(closed), line.at, reason); });
  }
}

void OpensmtpdLog::end() {
  sessions_.close_all([&](Session&& session) { close(std::move(session), now_, {}); });
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

#include "whatif/readers/barracuda_log.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// "Action" of RECV and SCAN lines, as Barracuda's guide to its syslog numbers them.
constexpr std::uint64_t action_allowed = 0, action_aborted = 1, action_blocked = 2, action_quarantined = 3,
                        action_tagged = 4, action_deferred = 5, action_in_users_quarantine = 6,
                        action_whitelisted = 7;

struct BarracudaEntry {
  std::string_view client;  // "mail.example[192.0.2.1]"
  std::string_view id;
  std::uint64_t start = 0;  // seconds since 1970
  std::string_view service;
  std::string_view rest;
};

std::string_view take_field(std::string_view& text) {
  auto const end = std::min(text.find(' '), text.size());
  auto const field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

// An address, which ends at a blank; a quoted local part may hold blanks.
std::string_view take_address(std::string_view& text) {
  auto const quoted = text.starts_with('"') ? quote_end(text, 0) : std::size_t{0};
  auto const end = std::min(text.find(' ', quoted), text.size());
  auto const address = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return address == "-" ? std::string_view() : address;
}

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "mail.example[192.0.2.1] 1366829265-05f5cb11fe1b-wlKzrS 1366829265 1366829266 SCAN ENC ...", and of
// deliveries "127.0.0.1 ID 0 0 SEND ..." or "ID 0 0 SEND ...".
std::optional<BarracudaEntry> barracuda_entry(std::string_view text) {
  BarracudaEntry out;
  out.rest = text;
  std::array<std::string_view, 4> fields;
  for (auto& field : fields) field = take_field(out.rest);
  if (fields[3] == "SEND" && are_digits(fields[1]) && are_digits(fields[2])) {
    out.id = fields[0];
    out.service = fields[3];
    return out;
  }
  if (!are_digits(fields[2]) || !are_digits(fields[3])) return std::nullopt;
  out.client = fields[0];
  out.id = fields[1];
  out.start = number_in(fields[2]);
  out.service = take_field(out.rest);
  bool const known = out.service == "RECV" || out.service == "SCAN" || out.service == "SEND";
  return known && !out.id.empty() ? std::optional(out) : std::nullopt;
}

// What the appliance did with the message: "Sender Recipient [Score] Action Reason ReasonExtra ...".
struct BarracudaVerdict {
  std::string_view sender, recipient;
  std::optional<std::uint64_t> action;  // absent: the fields are not where they should be
};

BarracudaVerdict verdict_in(std::string_view text, bool has_score) {
  BarracudaVerdict out;
  out.sender = take_address(text);
  out.recipient = take_address(text);
  if (has_score) {
    auto const score = take_field(text);
    if (score.empty() || score.find_first_not_of("-+.0123456789") != std::string_view::npos) return out;
  }
  auto const action = take_field(text);
  if (are_digits(action) && are_digits(take_field(text))) out.action = number_in(action);
  return out;
}

Wanted wanted_by_action(std::uint64_t action) {
  switch (action) {
    case action_allowed:
    case action_whitelisted: return Wanted::wanted;
    case action_blocked:
    case action_quarantined:
    case action_tagged:
    case action_in_users_quarantine: return Wanted::unwanted;
    default: return Wanted::unknown;  // encrypted, redirected, attachments taken away
  }
}

}  // namespace

bool BarracudaLog::speaks(LogLine const& line) {
  bool const is_of_it =
      line.program == "scan" || line.program.starts_with("inbound/pass") || line.program == "outbound/smtp";
  return is_of_it && barracuda_entry(line.text);
}

void BarracudaLog::line(LogLine const& line) {
  constexpr std::uint64_t latest_start = 10'000'000'000;
  auto const entry = barracuda_entry(line.text);
  if (!entry || entry->service == "SEND") return;
  Reception reception;
  reception.kind = Reception::Kind::lone_message;
  reception.at = entry->start > 0 && entry->start < latest_start
                     ? Instant(std::chrono::seconds(static_cast<std::int64_t>(entry->start)))
                     : line.at;
  // The name before the brackets comes from reverse DNS; whether it was verified is not known.
  auto const open = entry->client.rfind('[');
  auto const peer =
      open == std::string_view::npos ? std::nullopt : bracketed_peer(entry->client.substr(open));
  if (auto const address = peer ? std::optional(peer->address) : log_address(entry->client)) {
    reception.client = *address;
    reception.has_client = true;
  }
  if (entry->service == "SCAN")
    scanned(std::move(reception), hash_of(line.host), entry->id, entry->rest);
  else
    received(std::move(reception), entry->rest);
}

// "ENC a@x.example b@y.example - 2 70 example.org SZ:3117 SUBJ:words"
void BarracudaLog::scanned(Reception&& reception, std::uint64_t appliance, std::string_view id,
                           std::string_view text) {
  if (take_field(text) == "ENC") {
    reception.tls.used = Tristate::yes;
    silence_.log_tells_tls(appliance);
  }
  auto const verdict = verdict_in(text, true);
  if (verdict.action == action_aborted) return;
  if (verdict.action) {
    reception.wanted = wanted_by_action(*verdict.action);
    reception.has_sender = !verdict.sender.empty();
    reception.sender = verdict.sender;
  }
  if (verdict.action == action_deferred) reception.outcome = policy::Outcome::deferred;
  auto const key = hash_of(id, appliance);
  auto* message = messages_.find(key);
  if (message == nullptr) {
    message = &messages_.open(key, [&](Message&& oldest) { give(std::move(oldest)); });
    message->reception = std::move(reception);
    message->appliance = appliance;
  } else {
    auto& known = message->reception;
    if (known.wanted != Wanted::wanted) known.wanted = reception.wanted;
    if (reception.outcome == policy::Outcome::accepted) known.outcome = policy::Outcome::accepted;
  }
  auto& recipients = message->reception.recipients;
  if (verdict.action && !verdict.recipient.empty() && recipients.size() < most_listed)
    recipients.emplace_back(verdict.recipient);
}

// "a@x.example b@y.example 2 8 No such user (b@y.example)"
void BarracudaLog::received(Reception&& reception, std::string_view text) {
  auto const verdict = verdict_in(text, false);
  if (verdict.action != action_blocked && verdict.action != action_deferred) return;
  reception.outcome =
      verdict.action == action_deferred ? policy::Outcome::deferred : policy::Outcome::refused;
  reception.has_sender = !verdict.sender.empty();
  reception.sender = verdict.sender;
  if (!verdict.recipient.empty()) reception.recipients.emplace_back(verdict.recipient);
  sink_.take(std::move(reception));
}

void BarracudaLog::give(Message&& message) {
  if (message.reception.tls.used == Tristate::yes)
    sink_.take(std::move(message.reception));
  else
    silence_.give(std::move(message.reception), message.appliance);
}

void BarracudaLog::end() {
  messages_.close_all([&](Message&& message) { give(std::move(message)); });
  silence_.end();
  if (silence_.messages_left_unknown() > 0)
    stats_.note(
        "No SCAN line of a Barracuda appliance says ENC: it may not offer TLS, or not say whether mail came "
        "over TLS. Its messages are unknown.");
}

}  // namespace postern::whatif

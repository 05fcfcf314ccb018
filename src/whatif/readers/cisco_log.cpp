#include "whatif/readers/cisco_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

struct EsaLine {
  std::string_view before;  // the level: a time, a host, the log's name
  std::string_view text;    // behind it; empty: no such line
};

// By the first level in the line, as what a client has chosen stands behind it.
EsaLine esa_line(std::string_view line) {
  constexpr std::size_t longest_before = 64;
  EsaLine out;
  auto first = longest_before;
  for (std::string_view const level : {" Info: ", " Warning: ", " Debug: ", " Critical: "})
    if (auto const at = line.find(level); at < first) {
      first = at;
      out = {.before = line.substr(0, at), .text = line.substr(at + level.size())};
    }
  return out;
}

// "esa1" of "... esa1 mail_logs:", as several appliances write into one system log; empty: none.
std::string_view host_in(std::string_view before) {
  if (!before.ends_with(':')) return {};
  before = before.substr(0, before.rfind(' '));
  return before.substr(before.rfind(' ') + 1);
}

// "succeeded for user: u using ...", "failed for user: ...": in front of the user's name.
bool is_success(std::string_view text) {
  return text.substr(0, text.find("user")).find("succeeded") != std::string_view::npos;
}

bool is_esa_text(std::string_view text) {
  for (std::string_view const begin :
       {"New SMTP ICID ", "ICID ", "MID ", "Start MID ", "New SMTP DCID ", "DCID ", "Message finished MID ",
        "Delivery start DCID ", "Message done DCID ", "SMTP Auth: (ICID "})
    if (istarts_with(text, begin)) return true;
  return false;
}

// The number behind `word`, both taken off.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view word) {
  if (!istarts_with(text, word)) return std::nullopt;
  text.remove_prefix(word.size());
  auto const digits = text.substr(0, text.find_first_not_of("0123456789"));
  if (digits.empty()) return std::nullopt;
  text.remove_prefix(digits.size());
  text = trimmed(text);
  return number_in(digits);
}

}  // namespace

bool CiscoLog::line_looks_like(std::string_view line) { return is_esa_text(esa_line(line).text); }

void CiscoLog::line(std::string_view text) {
  // "Wed Jul 20 19:47:40 2005 Info: ...": the weekday goes, the year stands behind the time.
  auto rest = text;
  if (rest.size() > 4 && is_alpha(rest[0]) && is_alpha(rest[1]) && is_alpha(rest[2]) && rest[3] == ' ' &&
      rest.size() > 8 && is_alpha(rest[4]))
    rest.remove_prefix(4);
  std::string ordered;
  if (rest.size() > 20 && rest[15] == ' ' && is_digit(rest[16]) && is_digit(rest[19]) && rest[20] == ' ') {
    // "Jul 20 19:47:40 2005" as "Jul 20 2005 19:47:40"
    ordered =
        std::string(rest.substr(0, 7)) + std::string(rest.substr(16, 5)) + std::string(rest.substr(7, 8));
    std::string_view written = ordered;
    clock_.take_rfc3164(written);
  } else if (!clock_.take_iso(rest)) {
    clock_.take_rfc3164(rest);
  }
  auto const [before, told] = esa_line(text);
  host_ = hash_of(host_in(before));
  if (!is_esa_text(told)) return stats_.skip(text, "no line of a Cisco mail log");
  auto const at = clock_.last();
  if (istarts_with(told, "New SMTP ICID "))
    connection_opened(told);
  else if (istarts_with(told, "SMTP Auth: "))
    logged_in(told);
  else if (istarts_with(told, "ICID "))
    connection_line(at, told);
  else if (istarts_with(told, "Start MID "))
    message_started(at, told);
  else if (istarts_with(told, "MID "))
    message_line(told);
}

// "New SMTP ICID 5 interface Management (10.1.1.1) address 10.1.1.209 reverse dns host h.example verified
// yes"
void CiscoLog::connection_opened(std::string_view text) {
  auto const icid = take_number(text, "New SMTP ICID ");
  if (!icid) return;
  auto& facts = connections_.open(
      key_of(*icid), [&](Reception&& oldest) { close_connection(std::move(oldest), clock_.last()); });
  facts.tls.used = Tristate::no;  // until a TLS line comes
  if (auto const address = log_address(between(text, " address ", ' '))) {
    facts.client = *address;
    facts.has_client = true;
  }
  if (between(text, " verified ", ' ') == "yes") facts.client_name = between(text, " reverse dns host ", ' ');
}

// "ICID 5 TLS success protocol TLSv1.2 cipher ...", "ICID 5 TLS failed", "ICID 5 REJECT ...", "ICID 5 close"
void CiscoLog::connection_line(Instant at, std::string_view text) {
  auto const icid = take_number(text, "ICID ");
  auto* facts = icid ? connections_.find(key_of(*icid)) : nullptr;
  if (facts == nullptr) return;
  if (istarts_with(text, "TLS success")) {
    facts->tls.used = Tristate::yes;
    facts->tls.version = tls_version_name(between(text, "protocol ", ' '));
  } else if (istarts_with(text, "TLS failed")) {
    facts->tls.failure = "handshake failed";
  } else if (istarts_with(text, "RELAY ") || istarts_with(text, "SMTP Auth: ")) {
    bool const failed = istarts_with(text, "SMTP Auth: ") && !is_success(text);
    if (!failed) facts->origin = Origin::authenticated;
  } else if (istarts_with(text, "close")) {
    connections_.close_one(key_of(*icid),
                           [&](Reception&& closed) { close_connection(std::move(closed), at); });
  }
}

// "SMTP Auth: (ICID 30) succeeded for user: u using AUTH mechanism: LOGIN with profile: p"
void CiscoLog::logged_in(std::string_view text) {
  auto const icid = take_number(text, "SMTP Auth: (ICID ");
  auto* facts = icid ? connections_.find(key_of(*icid)) : nullptr;
  if (facts != nullptr && is_success(text)) facts->origin = Origin::authenticated;
}

void CiscoLog::close_connection(Reception&& facts, Instant at) {
  facts.kind = Reception::Kind::session;
  facts.at = at;
  sink_.take(std::move(facts));
}

// "Start MID 6 ICID 5": of those that the gateway makes itself the ICID is 0.
void CiscoLog::message_started(Instant at, std::string_view text) {
  auto const mid = take_number(text, "Start MID ");
  auto const icid = mid ? take_number(text, "ICID ") : std::nullopt;
  if (!icid) return;
  auto& message = open_message(*mid);
  message.is_of_gateway = *icid == 0;
  if (auto const* facts = connections_.find(key_of(*icid))) message.connection = *facts;
  message.at = at;
}

CiscoLog::Message& CiscoLog::open_message(std::uint64_t mid) {
  return messages_.open(key_of(mid), [&](Message&& oldest) { give(std::move(oldest)); });
}

// A message whose start is not in the log begins with its "ready"; what came before it is not known.
void CiscoLog::message_line(std::string_view text) {
  auto const mid = take_number(text, "MID ");
  auto* message = mid ? messages_.find(key_of(*mid)) : nullptr;
  if (message == nullptr && mid && istarts_with(text, "ready ")) {
    message = &open_message(*mid);
    message->at = clock_.last();
  }
  if (message == nullptr) return;
  take_number(text, "ICID ");
  if (auto rest = text; auto const other = take_number(rest, "rewritten to MID "))
    open_message(*other).is_of_gateway = true;  // the same message, which is told of by this one
  if (istarts_with(text, "receiving aborted") || istarts_with(text, "ICID 0 aborted"))
    messages_.close_one(key_of(*mid), [](Message&&) {});
  else if (istarts_with(text, "queued for delivery") || istarts_with(text, "rewritten") ||
           istarts_with(text, "done") || istarts_with(text, "quarantined"))
    messages_.close_one(key_of(*mid), [&](Message&& taken) { give(std::move(taken)); });
  else
    message_told(*message, text);
}

// "From: <a@b>", "RID 0 To: <c@d>", "ready 100 bytes from <a@b>", "interim verdict using engine: CASE spam
// positive", "Dropped by ...".
void CiscoLog::message_told(Message& message, std::string_view text) {
  if (istarts_with(text, "From: ")) {
    message.has_sender = true;
    message.sender = angle_path(text, "From: ").value_or(std::string_view());
  } else if (istarts_with(text, "RID ")) {
    take_number(text, "RID ");
    if (auto const to = angle_path(text, "To: ");
        to && text.find(" Rejected") == std::string_view::npos && message.recipients.size() < most_listed)
      message.recipients.emplace_back(*to);
  } else if (istarts_with(text, "ready ")) {
    message.is_ready = true;
  } else if (!istarts_with(text, "interim verdict ") && !istarts_with(text, "using engine: ")) {
    return;  // a subject, say
  } else if (text.find("spam positive") != std::string_view::npos) {
    message.wanted = Wanted::unwanted;
  } else if (text.find("spam negative") != std::string_view::npos && message.wanted == Wanted::unknown) {
    message.wanted = Wanted::wanted;
  }
}

void CiscoLog::give(Message&& message) {
  if (!message.is_ready || message.is_of_gateway) return;
  auto reception = std::move(message.connection);
  reception.at = message.at;
  reception.has_sender = message.has_sender;
  reception.sender = std::move(message.sender);
  reception.recipients = std::move(message.recipients);
  reception.wanted = message.wanted;
  sink_.take(std::move(reception));
}

void CiscoLog::ended() {
  messages_.close_all([&](Message&& message) { give(std::move(message)); });
  connections_.close_all([&](Reception&& facts) { close_connection(std::move(facts), clock_.last()); });
}

}  // namespace postern::whatif

#include "whatif/readers/haraka_log.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/haraka_entry.hpp"
#include "whatif/readers/key_values.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::uint64_t most_messages = 10'000;  // taken from one disconnect line

// The line of a connection's end, in each form.
bool is_disconnect(std::string_view text) {
  if (text.starts_with("disconnect ")) return true;
  bool const is_bare = !text.starts_with('{') && !text.starts_with("level=");
  return !is_bare && text.find("disconnect") != std::string_view::npos && !haraka_value(text, "txns").empty();
}

bool is_yes(std::string_view value) { return value == "Y" || value == "true" || value == "y"; }

// What a line of the tls plugin tells of the client's certificate; absent: nothing.
std::optional<policy::ClientCertificate> haraka_certificate(std::string_view text) {
  using policy::ClientCertificate;
  auto const verified = haraka_value(text, "verified");
  if (verified.empty()) return std::nullopt;
  if (is_yes(verified)) return ClientCertificate::trusted;
  bool const shown = text.find("error=\"UNABLE_TO_GET_ISSUER_CERT\"") == std::string_view::npos &&
                     !haraka_value(text, "cn").empty();
  return shown ? ClientCertificate::untrusted : ClientCertificate::none;
}

// "1/0/2": how many messages were accepted, deferred, refused.
std::array<std::uint64_t, 3> message_counts(std::string_view text) {
  std::array<std::uint64_t, 3> counts{};
  for (auto& count : counts) {
    count = std::min(number_in(text), most_messages);
    auto const slash = text.find('/');
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  }
  return counts;
}

}  // namespace

bool HarakaLog::line_looks_like(std::string_view line) {
  auto const entry = haraka_entry(line);
  return entry && (!entry->uuid.empty() || entry->is_of_no_connection);
}

HarakaLog::Connection& HarakaLog::connection(std::string_view uuid) {
  auto const key = hash_of(uuid);
  auto* const known = connections_.find(key);
  return known != nullptr ? *known : connections_.open(key, [](Connection&&) {});
}

void HarakaLog::line(std::string_view text) {
  auto const original = text;
  Instant at = clock_.last();
  auto rest = text;
  if (auto const time = clock_.take_iso(rest))
    at = *time;
  else if (auto const syslog = clock_.take_rfc3164(rest))
    at = *syslog;
  else if (auto written = haraka_value(text, "timestamp"); !written.empty())
    at = clock_.take_iso(written).value_or(at);
  auto const entry = haraka_entry(text);
  if (!entry) return stats_.skip(original, "no line of a Haraka log");
  if (entry->uuid.empty()) return;
  if (entry->plugin == "tls")
    tls(*entry);
  else if (entry->plugin.starts_with("auth/") || entry->plugin == "auth")
    login(*entry);
  else if (entry->plugin == "core" && entry->text.starts_with("sender "))
    sender(*entry);
  else if (entry->plugin == "core" && is_disconnect(entry->text))
    disconnect(at, entry->uuid, entry->text);
}

// "secured: cipher=... version=TLSv1.3 verified=false", "STARTTLS failed. Marking IP as non-TLS host".
void HarakaLog::tls(HarakaEntry const& entry) {
  auto& tls = connection(entry.uuid).tls;
  if (entry.text.find("secured") != std::string_view::npos) {
    tls.used = Tristate::yes;
    tls.version = tls_version_name(haraka_value(entry.text, "version"));
    if (auto const certificate = haraka_certificate(entry.text)) tls.certificate = certificate;
  } else if (entry.text.find("STARTTLS failed") != std::string_view::npos) {
    tls.failure = "handshake failed";
  }
}

void HarakaLog::login(HarakaEntry const& entry) {
  if (entry.text.find("authenticated") != std::string_view::npos) connection(entry.uuid).authenticated = true;
}

void HarakaLog::sender(HarakaEntry const& entry) {
  auto& senders = connection(entry.uuid).senders;
  if (auto const path = angle_path(entry.text, "sender "); path && senders.size() < most_listed)
    senders.emplace_back(*path);
}

// "disconnect ip=192.0.2.1 rdns=h helo=h relay=N early=N esmtp=Y tls=Y pipe=N errors=0 txns=1 rcpts=1/0/0
// msgs=1/0/0 bytes=9 lr="" time=0.1": msgs are accepted/deferred/refused.
void HarakaLog::disconnect(Instant at, std::string_view uuid, std::string_view text) {
  for (std::string_view const key : {"ip", "relay", "tls", "msgs"})  // a HELO name with blanks may hold them
    if (is_repeated(text, key)) return stats_.skip(text, "a key stands there twice");
  Reception facts;
  facts.at = at;
  auto const address = log_address(haraka_value(text, "ip"));
  if (!address) {
    stats_.skip(text, "no client address");
    return;
  }
  Connection known;
  connections_.close_one(hash_of(uuid), [&](Connection&& closed) { known = std::move(closed); });
  facts.client = *address;
  facts.has_client = true;
  if (auto const name = haraka_value(text, "rdns");
      name != "NXDOMAIN" && name != "Unknown" && name != "DNSERROR")
    facts.client_name = name;
  facts.helo = haraka_value(text, "helo");
  if (known.authenticated || is_yes(haraka_value(text, "relay"))) facts.origin = Origin::authenticated;
  facts.tls = known.tls;
  auto const tls = haraka_value(text, "tls");
  if (!tls.empty()) facts.tls.used = is_yes(tls) ? Tristate::yes : Tristate::no;
  auto const counts = message_counts(haraka_value(text, "msgs"));
  constexpr std::array outcomes{policy::Outcome::accepted, policy::Outcome::deferred,
                                policy::Outcome::refused};
  bool const senders_known = known.senders.size() == counts[0] + counts[1] + counts[2];
  for (std::size_t which = 0; which < counts.size(); ++which)
    for (std::uint64_t i = 0; i < counts[which]; ++i) {
      auto message = facts;
      message.outcome = outcomes[which];
      if (senders_known && (which == 0 || counts[0] == 0) && i < known.senders.size()) {
        message.has_sender = true;
        message.sender = known.senders[i];
      }
      sink_.take(std::move(message));
    }
  facts.kind = Reception::Kind::session;
  sink_.take(std::move(facts));
}

}  // namespace postern::whatif

#include "whatif/readers/haraka_log.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_connections = 100'000;
constexpr std::uint64_t most_messages = 10'000;  // taken from one disconnect line

// The value of key in `key=value`, `key="value"` or JSON's `"key":"value"` or `"key":value`.
std::string_view value_of(std::string_view text, std::string_view key) {
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    bool const json = at > 0 && text[at - 1] == '"';
    if (at > 0 && !json && text[at - 1] != ' ') continue;
    auto rest = text.substr(at + key.size());
    if (json) {
      if (!rest.starts_with("\":")) continue;
      rest = trimmed(rest.substr(2));
      if (rest.starts_with('"')) return rest.substr(1, rest.find('"', 1) - 1);
      return rest.substr(0, rest.find_first_of(",}"));
    }
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    if (rest.starts_with('"')) return rest.substr(1, rest.find('"', 1) - 1);
    return rest.substr(0, rest.find(' '));
  }
  return {};
}

// The UUID of a connection, or of a transaction on it (".1" behind).
std::string_view uuid_in(std::string_view text) {
  for (std::size_t i = 0; i + 36 <= text.size(); ++i) {
    if (text[i + 8] != '-' || text[i + 13] != '-' || text[i + 18] != '-' || text[i + 23] != '-') continue;
    auto const candidate = text.substr(i, 36);
    if (std::all_of(candidate.begin(), candidate.end(), [](char c) { return is_alnum(c) || c == '-'; }))
      return candidate;
  }
  return {};
}

bool is_yes(std::string_view value) { return value == "Y" || value == "true" || value == "y"; }

// What a line of the tls plugin tells of the client's certificate; absent: nothing.
std::optional<policy::ClientCertificate> haraka_certificate(std::string_view text) {
  using policy::ClientCertificate;
  auto const verified = value_of(text, "verified");
  if (verified.empty()) return std::nullopt;
  if (is_yes(verified)) return ClientCertificate::trusted;
  bool const shown = text.find("error=\"UNABLE_TO_GET_ISSUER_CERT\"") == std::string_view::npos &&
                     !value_of(text, "cn").empty();
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
  return line.find("] [core] ") != std::string_view::npos ||
         line.find("] [tls] ") != std::string_view::npos ||
         (line.find(" disconnect ip=") != std::string_view::npos &&
          line.find(" tls=") != std::string_view::npos) ||
         line.find("[NOTICE] [") != std::string_view::npos;
}

HarakaLog::Connection& HarakaLog::connection(std::string_view uuid) {
  auto const key = hash_of(uuid);
  auto const [entry, is_new] = connections_.try_emplace(key);
  if (is_new) {
    order_.push_back(key);
    if (order_.size() > most_connections) {
      if (order_.front() != key) connections_.erase(order_.front());
      order_.pop_front();
      return connections_[key];
    }
  }
  return entry->second;
}

void HarakaLog::line(std::string_view text) {
  auto const original = text;
  Instant at = clock_.last();
  auto rest = text;
  if (auto const time = clock_.take_iso(rest))
    at = *time;
  else if (auto const syslog = clock_.take_rfc3164(rest))
    at = *syslog;
  else if (auto written = value_of(text, "timestamp"); !written.empty())
    at = clock_.take_iso(written).value_or(at);
  auto const uuid = uuid_in(text);
  if (uuid.empty()) {
    if (text.find('[') == std::string_view::npos && !text.starts_with('{'))
      stats_.skip(original, "no line of a Haraka log");
    return;
  }
  if (auto const secured = text.find("secured: ");
      secured != std::string_view::npos ||
      (text.find("secured") != std::string_view::npos && text.find("cipher") != std::string_view::npos)) {
    auto& tls = connection(uuid).tls;
    tls.used = Tristate::yes;
    tls.version = tls_version_name(value_of(text, "version"));
    if (auto const certificate = haraka_certificate(text)) tls.certificate = certificate;
  } else if (text.find("STARTTLS failed") != std::string_view::npos) {
    connection(uuid).tls.failure = "handshake failed";
  } else if (text.find("auth] ") != std::string_view::npos &&
             text.find("authenticated") != std::string_view::npos) {
    connection(uuid).authenticated = true;
  } else if (text.find("[core] sender <") != std::string_view::npos) {
    auto& senders = connection(uuid).senders;
    if (auto const sender = angle_path(text, " sender "); sender && senders.size() < most_listed)
      senders.emplace_back(*sender);
  } else if (text.find("disconnect") != std::string_view::npos && !value_of(text, "ip").empty()) {
    disconnect(at, uuid, text);
  }
}

// "disconnect ip=192.0.2.1 rdns=h helo=h relay=N early=N esmtp=Y tls=Y pipe=N errors=0 txns=1 rcpts=1/0/0
// msgs=1/0/0 bytes=9 lr="" time=0.1": msgs are accepted/deferred/refused.
void HarakaLog::disconnect(Instant at, std::string_view uuid, std::string_view text) {
  Reception facts;
  facts.at = at;
  auto const address = log_address(value_of(text, "ip"));
  if (!address) {
    stats_.skip(text, "no client address");
    return;
  }
  auto const key = hash_of(uuid);
  auto known = connections_.contains(key) ? std::move(connections_[key]) : Connection();
  connections_.erase(key);
  facts.client = *address;
  facts.has_client = true;
  if (auto const name = value_of(text, "rdns"); name != "NXDOMAIN" && name != "Unknown" && name != "DNSERROR")
    facts.client_name = name;
  facts.helo = value_of(text, "helo");
  if (known.authenticated || is_yes(value_of(text, "relay"))) facts.origin = Origin::authenticated;
  facts.tls = known.tls;
  auto const tls = value_of(text, "tls");
  if (!tls.empty()) facts.tls.used = is_yes(tls) ? Tristate::yes : Tristate::no;
  auto const counts = message_counts(value_of(text, "msgs"));
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

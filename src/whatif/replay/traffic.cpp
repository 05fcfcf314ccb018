#include "whatif/replay/traffic.hpp"

#include <array>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "policy/host_identity.hpp"

namespace postern::whatif {
namespace {

constexpr std::string_view other_domains = "(others)";
constexpr std::size_t most_failures = 200;  // different reasons kept

// The sender's domain in lower case, in `buffer` where it must be changed; what is not printable is replaced.
std::string_view sender_domain(Reception const& reception, std::array<char, 256>& buffer) {
  if (!reception.has_sender) return "(not told)";
  if (reception.sender.empty()) return "<>";
  auto const at = reception.sender.rfind('@');
  auto const domain = at == std::string::npos
                          ? std::string_view()
                          : std::string_view(reception.sender).substr(at + 1, buffer.size());
  if (domain.empty()) return "(no domain)";
  for (std::size_t i = 0; i < domain.size(); ++i) {
    char const c = to_lower(domain[i]);
    buffer[i] = c > ' ' && c <= '~' ? c : '?';
  }
  return {buffer.data(), domain.size()};
}

}  // namespace

std::uint32_t Traffic::identity_index(std::string identity) {
  auto const next = static_cast<std::uint32_t>(identities_.size());
  auto const [entry, is_new] = identity_index_.try_emplace(identity, next);
  if (is_new) identities_.push_back(std::move(identity));
  return entry->second;
}

std::uint32_t Traffic::host_of(Reception const& reception) {
  auto const next = static_cast<std::uint32_t>(hosts_.size());
  auto const [entry, is_new] = host_index_.try_emplace(reception.client, next);
  if (is_new) {
    Host host;
    host.address = reception.client;
    host.named = !reception.client_name.empty();
    host.identity = identity_index(policy::host_identity(reception.client_name, reception.client));
    hosts_.push_back(host);
  } else if (auto& host = hosts_[entry->second]; !host.named && !reception.client_name.empty()) {
    host.named = true;
    host.identity = identity_index(policy::host_identity(reception.client_name, reception.client));
  }
  return entry->second;
}

std::size_t Traffic::TextHash::operator()(std::string_view text) const { return hash_of(text); }

std::uint32_t Traffic::sender_named(std::string_view domain) {
  auto const found = sender_index_.find(domain);
  if (found != sender_index_.end()) return found->second;
  auto const next = static_cast<std::uint32_t>(senders_.size());
  sender_index_.emplace(std::string(domain), next);
  senders_.push_back({.domain = std::string(domain)});
  return next;
}

std::uint32_t Traffic::pair_of(std::uint32_t host, Reception const& reception) {
  std::array<char, 256> buffer;
  auto const domain = sender_domain(reception, buffer);
  bool const full = pairs_.size() >= most_pairs;
  auto sender = full && !sender_index_.contains(domain) ? sender_named(other_domains) : sender_named(domain);
  auto key = (static_cast<std::uint64_t>(host) << 32) | sender;
  if (full && !pair_index_.contains(key)) {
    sender = sender_named(other_domains);
    key = (static_cast<std::uint64_t>(host) << 32) | sender;
  }
  auto const next = static_cast<std::uint32_t>(pairs_.size());
  auto const [pair, new_pair] = pair_index_.try_emplace(key, next);
  if (new_pair) pairs_.push_back({host, sender});
  return pair->second;
}

void Traffic::saw_tls(std::uint32_t host, TlsSeen const& tls) {
  auto& entry = hosts_[host];
  if (tls.used == Tristate::yes) entry.speaks_tls = true;
  if (tls.failure.empty()) return;
  entry.failed_tls = true;
  for (std::uint32_t i = 1; i < failures_.size(); ++i)
    if (failures_[i] == tls.failure) {
      entry.failure = i;
      return;
    }
  if (failures_.size() >= most_failures) return;
  entry.failure = static_cast<std::uint32_t>(failures_.size());
  failures_.push_back(tls.failure);
}

void Traffic::saw_tls_message(std::uint32_t pair) { senders_[pairs_[pair].sender].speaks_tls = true; }

void Traffic::saw_on(std::int64_t day, std::uint32_t pair) {
  auto& sender = senders_[pairs_[pair].sender];
  if (sender.last_day != no_day && day <= sender.last_day) return;
  sender.last_day = day;
  ++sender.days;
}

}  // namespace postern::whatif

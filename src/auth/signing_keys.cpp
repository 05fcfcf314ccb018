#include "auth/signing_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "auth/dkim_key.hpp"
#include "base/domain.hpp"
#include "base/registrable_domain.hpp"

namespace postern::auth {
namespace {

constexpr std::string_view key_file_ending = ".pem";

// Takes ".next" or ".retired" off the end.
KeyState take_state(std::string_view& stem) {
  for (auto const state : {KeyState::next, KeyState::retired}) {
    auto const ending = "." + std::string(print(state));
    if (!stem.ends_with(ending)) continue;
    stem.remove_suffix(ending.size());
    return state;
  }
  return KeyState::active;
}

}  // namespace

std::string_view print(KeyState state) {
  switch (state) {
    case KeyState::next: return "next";
    case KeyState::active: return "active";
    case KeyState::retired: return "retired";
  }
  return {};
}

std::string file_name(KeyName const& name) {
  std::string out = name.domain + "." + name.selector;
  if (name.state != KeyState::active) out += "." + std::string(print(name.state));
  return out + std::string(key_file_ending);
}

std::optional<KeyName> parse_key_file_name(std::string_view file) {
  if (!file.ends_with(key_file_ending)) return std::nullopt;
  auto stem = file.substr(0, file.size() - key_file_ending.size());
  auto const state = take_state(stem);
  auto const dot = stem.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto const domain = Domain::parse(stem.substr(0, dot));
  auto const selector = Domain::parse(stem.substr(dot + 1));
  if (!domain || !selector) return std::nullopt;
  return KeyName{.domain = domain->a_label(), .selector = selector->a_label(), .state = state};
}

SigningKeys::SigningKeys(std::vector<OwnKey> keys) : keys_(std::move(keys)) {
  for (auto const& own : keys_)
    if (own.name.state == KeyState::active)
      active_[own.name.domain].push_back(
          {.domain = own.name.domain, .selector = own.name.selector, .key = own.key});
}

std::vector<Signer> SigningKeys::for_author(std::string_view domain) const {
  auto const organisation = registrable_domain(domain);
  for (;;) {
    if (auto const found = active_.find(std::string(domain)); found != active_.end()) return found->second;
    auto const dot = domain.find('.');
    if (dot == std::string_view::npos || organisation.empty() || domain == organisation) return {};
    domain.remove_prefix(dot + 1);
  }
}

bool publishes(std::string_view record, SigningKey const& key) {
  auto const published = parse_dkim_key(record);
  if (!published || !published->key || published->key->type() != key.type()) return false;
  auto const hash = sha256("the halves of a key fit");
  return published->key->verify(hash, key.sign(hash));
}

}  // namespace postern::auth

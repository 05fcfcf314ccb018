// The private keys of our domains: how their files are named, which of them are in use, and which sign the
// mail of an author. Threads: immutable once made.
//
// A file is DOMAIN.SELECTOR.pem while its key is in use, DOMAIN.SELECTOR.next.pem until it has been seen in
// the DNS, and DOMAIN.SELECTOR.retired.pem once another one has taken its place. A selector is one label, and
// is neither "next" nor "retired".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/signing.hpp"
#include "auth/signing_key.hpp"

namespace postern::auth {

enum class KeyState : std::uint8_t { next, active, retired };
std::string_view print(KeyState state);

struct KeyName {
  std::string domain, selector;  // lower-case A-labels
  KeyState state = KeyState::active;

  std::string record_name() const { return selector + "._domainkey." + domain; }
};

std::string file_name(KeyName const& name);
std::optional<KeyName> parse_key_file_name(std::string_view file);  // without its directory; absent: none

struct OwnKey {
  KeyName name;
  std::shared_ptr<SigningKey const> key;
};

class SigningKeys {
 public:
  explicit SigningKeys(std::vector<OwnKey> keys);

  // The keys in use of this domain (lower-case A-label), or else of its nearest parent that has some and is
  // of the same organisation, so that d= is aligned (RFC 7489 section 3.1.1, relaxed). None: none is.
  std::vector<Signer> for_author(std::string_view domain) const;
  std::vector<OwnKey> const& all() const { return keys_; }

 private:
  std::vector<OwnKey> keys_;
  std::unordered_map<std::string, std::vector<Signer>> active_;  // by domain
};

// Whether the text of a record in the DNS has the public half of this key, so that what it signs verifies.
bool publishes(std::string_view record, SigningKey const& key);

}  // namespace postern::auth

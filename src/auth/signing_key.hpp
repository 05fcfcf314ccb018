// The private keys that we sign with (RFC 6376 section 3.3, RFC 8463).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/dkim_signature.hpp"
#include "base/result.hpp"

namespace postern::auth {

// Good for any number of signatures, by any thread.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  virtual KeyType type() const = 0;
  virtual int bits() const = 0;
  virtual std::string sign(std::string_view hash) const = 0;  // of an SHA-256 hash of 32 bytes
  virtual std::string record() const = 0;                     // the text of its record in the DNS
};

// PEM, as `openssl genpkey` and opendkim-genkey write it. RSA keys of fewer than 1024 bits, and of more than
// 4096 (which sign slowly), are refused. The error says what is wrong.
Result<std::shared_ptr<SigningKey const>, std::string> read_signing_key(std::string_view pem);

// A new key as PEM: RSA of 2048 bits, or Ed25519.
std::string new_signing_key(KeyType type);

}  // namespace postern::auth

// The public keys of signers, as they stand in the DNS (RFC 6376 section 3.6.1, RFC 8463 section 4).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dkim_signature.hpp"
#include "base/result.hpp"

namespace postern::auth {

// Good for any number of signatures, by any thread.
class PublicKey {
 public:
  virtual ~PublicKey() = default;
  virtual KeyType type() const = 0;
  virtual int bits() const = 0;  // of RSA's modulus; 256 of Ed25519
  // Of an SHA-256 hash of 32 bytes (RFC 6376 section 3.3.1, RFC 8463 section 3).
  virtual bool verify(std::string_view hash, std::string_view signature) const = 0;
};

// `data`: RSA as SubjectPublicKeyInfo or RSAPublicKey in DER, Ed25519 as its 32 bytes. The error says what is
// wrong.
Result<std::shared_ptr<PublicKey const>, std::string> make_public_key(KeyType type, std::string_view data);

struct DkimKey {
  std::shared_ptr<PublicKey const> key;  // null: revoked (an empty p=)
  bool testing = false;                  // t=y
  bool strict = false;                   // t=s: i= has to be of the very domain
  bool takes_sha256 = true;              // h=
  bool for_mail = true;                  // s=
};

// The text of a record. The error says what is wrong.
Result<DkimKey, std::string> parse_dkim_key(std::string_view record);

std::string sha256(std::string_view bytes);  // 32 bytes

}  // namespace postern::auth

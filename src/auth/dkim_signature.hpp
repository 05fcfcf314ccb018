// A DKIM-Signature field taken apart (RFC 6376 section 3.5), and ARC's two that are made like it (RFC 8617
// sections 4.1.2, 4.1.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/canonical.hpp"
#include "base/result.hpp"

namespace postern::auth {

enum class KeyType : std::uint8_t { rsa, ed25519 };

struct DkimSignature {
  KeyType key_type = KeyType::rsa;
  bool uses_sha1 = false;  // RFC 8301 section 3.1: never verified
  std::string domain;      // d=, lower case
  std::string selector;    // s=, lower case
  std::string identity;    // i=; empty: "@" and the domain
  std::string signature;   // b=, decoded
  std::string body_hash;   // bh=, decoded
  Canonical header_form = Canonical::simple, body_form = Canonical::simple;
  std::vector<std::string> headers;          // h=, as written
  std::optional<std::uint64_t> body_length;  // l=, octets of the canonical body
  std::optional<std::uint64_t> signed_at;    // t=, seconds since 1970
  std::optional<std::uint64_t> expires;      // x=
  std::uint32_t instance = 0;                // i= of ARC's fields

  std::string key_name() const { return selector + "._domainkey." + domain; }
};

// `value`: what stands behind the field's colon. The error says what is wrong.
Result<DkimSignature, std::string> parse_dkim_signature(std::string_view value);
Result<DkimSignature, std::string> parse_arc_message_signature(std::string_view value);
// It has neither h= nor bh=; its fields are fixed (RFC 8617 section 5.1.1). `chain`: cv=.
struct ArcSeal {
  DkimSignature signature;
  std::string chain;  // "none", "fail", "pass"
};
Result<ArcSeal, std::string> parse_arc_seal(std::string_view value);

// The field with the value of its b= tag taken out, as it was hashed (section 3.7).
std::string without_signature(std::string_view field);

}  // namespace postern::auth

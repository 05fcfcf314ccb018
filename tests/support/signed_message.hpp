// Messages that are signed by hand, so that a test writes each tag as it likes, and messages that are
// verified.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/arc_verification.hpp"
#include "auth/dkim_verification.hpp"
#include "auth/signing.hpp"
#include "auth/tag_list.hpp"
#include "base/base64.hpp"
#include "support/dns_view.hpp"

namespace postern::tests {

constexpr std::uint64_t test_signing_time = 1'795'478'400;

inline std::shared_ptr<auth::SigningKey const> test_key(auth::KeyType type) {
  static auto const rsa = *auth::read_signing_key(auth::new_signing_key(auth::KeyType::rsa));
  static auto const ed25519 = *auth::read_signing_key(auth::new_signing_key(auth::KeyType::ed25519));
  return type == auth::KeyType::rsa ? rsa : ed25519;
}

inline auth::Signer test_signer(std::string domain = "our.example",
                                auth::KeyType type = auth::KeyType::ed25519) {
  return {.domain = std::move(domain),
          .selector = type == auth::KeyType::rsa ? "rsa" : "ed",
          .key = test_key(type)};
}

// The keys of these domains, as test_signer() signs for them.
inline SmallDns dns_with_keys(std::vector<std::string> const& domains = {"our.example"}) {
  SmallDns dns;
  for (auto const& domain : domains)
    for (auto const type : {auth::KeyType::rsa, auth::KeyType::ed25519})
      dns.txt(test_signer(domain, type).selector + "._domainkey." + domain, test_key(type)->record());
  return dns;
}

struct HandSigned {
  std::string field = "DKIM-Signature";
  std::string tags = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed";  // all but h=, bh=, b=
  std::string names = "from:to:subject:date";
  auth::Canonical header_form = auth::Canonical::relaxed, body_form = auth::Canonical::relaxed;
  std::optional<std::uint64_t> length = {};  // l=, which `tags` has as well
  auth::KeyType key = auth::KeyType::ed25519;
};

// The field with its final CRLF. `header`: with the empty line behind it.
inline std::string sign_by_hand(HandSigned const& how, std::string_view header, std::string_view body) {
  auth::MessageDigests digests;
  digests.feed_header(header);
  auto const hash = digests.want_body_hash(how.body_form, how.length);
  digests.feed_body(body);
  digests.finish();
  std::string const text =
      how.field + ": " + how.tags + "; h=" + how.names + "; bh=" + base64(digests.body_hash(*hash)) + "; b=";
  std::vector<std::string> names;
  for (auto const name : auth::split_list(how.names, ':')) names.emplace_back(name);
  auto const signature =
      test_key(how.key)->sign(auth::header_hash(digests.fields(), names, how.header_form, text));
  return text + base64(signature) + "\r\n";
}

// Gives a message to `verification` in pieces; afterwards its result can be asked for.
template <class Verification>
void read_message(std::string_view message, std::size_t piece, auth::MessageDigests& digests,
                  Verification& verification) {
  bool begun = false;
  while (!message.empty()) {
    auto bytes = message.substr(0, piece);
    message.remove_prefix(bytes.size());
    bytes.remove_prefix(digests.feed_header(bytes));
    if (digests.header_ended() && !begun) {
      begun = true;
      verification.begin(digests);
    }
    if (begun) digests.feed_body(bytes);
  }
  if (!begun) {
    digests.end_header_section();
    verification.begin(digests);
  }
  digests.finish();
}

inline std::vector<auth::DkimAnswer> verify_dkim(std::string_view message, SmallDns dns,
                                                 std::uint64_t now = test_signing_time,
                                                 std::size_t piece = std::string_view::npos) {
  auth::MessageDigests digests;
  auth::DkimVerification verification;
  read_message(message, piece, digests, verification);
  return dns.settle([&](auth::DnsView& view) { return verification.results(digests, view, now); });
}

inline auth::ArcAnswer verify_arc(std::string_view message, SmallDns dns,
                                  std::size_t piece = std::string_view::npos) {
  auth::MessageDigests digests;
  auth::ArcVerification verification;
  read_message(message, piece, digests, verification);
  return dns.settle([&](auth::DnsView& view) { return verification.result(digests, view); });
}

// The message with one more ARC set on top, or as it was when none may be added.
inline std::string sealed(std::string const& message, auth::Signer const& signer,
                          auth::ArcAnswer const& chain,
                          std::string const& results = "mx.our.example; spf=pass") {
  auth::MessageDigests digests;
  auto const taken = digests.feed_header(message);
  auto const hash = digests.want_body_hash(auth::Canonical::relaxed, {});
  digests.feed_body(std::string_view(message).substr(taken));
  digests.finish();
  return auth::arc_set(signer, digests.fields(), digests.body_hash(*hash), results, chain,
                       test_signing_time) +
         message;
}

}  // namespace postern::tests

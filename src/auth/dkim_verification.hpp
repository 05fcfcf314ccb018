// Who has signed a message (RFC 6376 section 6, RFC 8301, RFC 8463). Pure: keys are read from a DnsView.
// Bounds: of the signatures the first ten are looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/dkim_key.hpp"
#include "auth/dkim_signature.hpp"
#include "auth/dns_view.hpp"
#include "auth/message_digests.hpp"

namespace postern::auth {

// RFC 8601 section 2.7.1. policy: it is good and still does not count, since it leaves out some of the body.
enum class DkimResult : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };

struct DkimAnswer {
  DkimResult result = DkimResult::none;
  std::string domain = {}, selector = {};
  std::string identity = {};   // i=
  std::string signature = {};  // the first eight characters of b= (RFC 6008)
  KeyType key_type = KeyType::rsa;
  int bits = 0;              // of the key; 0: it was not looked at
  bool testing = false;      // the signer says that he is trying it out
  std::string problem = {};  // for people
};

// The hash that the header fields and the signature's own field give (section 3.7). `names`: h=.
std::string header_hash(std::vector<HeaderField> const& fields, std::vector<std::string> const& names,
                        Canonical form, std::string_view signature_field);

// A key, or what it comes to that there is none. Absent: the DNS is wanted first.
struct FoundKey {
  std::optional<DkimKey> key = {};
  DkimResult result = DkimResult::permerror;  // when there is no key
  std::string problem = {};
};
std::optional<FoundKey> find_dkim_key(DkimSignature const& signature, DnsView& dns);

class DkimVerification {
 public:
  static constexpr std::size_t most_signatures = 10;

  // Reads the signatures when the header section has ended, and asks `digests` for hashes of the body.
  void begin(MessageDigests& digests);
  bool has_signatures() const { return !signatures_.empty(); }

  // Asks for the keys, so that they are there when the body has come.
  void want_keys(DnsView& dns) const;

  // After the end of the body; `now` in seconds since 1970. In the order of the fields, none when nobody has
  // signed. Absent: `dns` wants answers first.
  std::optional<std::vector<DkimAnswer>> results(MessageDigests const& digests, DnsView& dns,
                                                 std::uint64_t now) const;

 private:
  struct Signature {
    std::size_t field = 0;  // which of the header's
    Result<DkimSignature, std::string> parsed;
    std::optional<std::size_t> body_hash;
  };
  static bool asks_for_key(Signature const& signature);
  static std::optional<DkimAnswer> verify(Signature const& signature, MessageDigests const& digests,
                                          DnsView& dns, std::uint64_t now);
  std::vector<Signature> signatures_;
};

}  // namespace postern::auth

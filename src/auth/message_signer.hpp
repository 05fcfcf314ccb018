// Watches a message go by as it leaves, and makes the fields that go before it: signatures by the author's
// domain (RFC 6376) for what was written here, or a seal (RFC 8617) for what is passed on. Pure.
//
// What is signed is what is sent: feed it what leaves, after every change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/message_digests.hpp"
#include "auth/signing_keys.hpp"

namespace postern::auth {

struct SigningTask {
  std::shared_ptr<SigningKeys const> keys = {};  // null: nothing is signed
  bool is_ours = false;                          // the message was written here: its author's domain signs
  std::string seals_as = {};                     // it is forwarded for this domain, which seals; empty: not
  std::string server = {};                       // our name in Authentication-Results, lower case

  bool is_wanted() const { return keys && (is_ours || !seals_as.empty()); }
};

struct SignatureFields {
  std::string text = {};    // whole fields; empty: it is not signed
  std::string domain = {};  // whose keys have signed
};

class MessageSigner {
 public:
  explicit MessageSigner(SigningTask task) : task_(std::move(task)) {}

  void feed(std::string_view bytes);  // content with lines that end with CRLF, cut anywhere
  // False: there is nothing to sign, or nobody to do it, and the rest of the message is of no interest.
  bool wants_more() const { return !began_ || body_hash_.has_value(); }
  SignatureFields finish(std::uint64_t now);  // the message has ended; seconds since 1970

 private:
  void begin();
  std::vector<Signer> signers_of_author() const;
  void prepare_seal();
  std::optional<ArcAnswer> chain_found(std::string_view results) const;

  SigningTask task_;
  MessageDigests digests_;
  bool began_ = false;
  std::optional<std::size_t> body_hash_;
  std::vector<Signer> signers_;   // of DKIM
  std::optional<Signer> sealer_;  // of ARC, when nobody signs
  std::string results_;           // what we have found out about the message, by our Authentication-Results
  ArcAnswer chain_;
};

}  // namespace postern::auth

// Signs what leaves: DKIM-Signature fields (RFC 6376 section 5), and ARC sets for what is passed on (RFC 8617
// section 5.1). Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "auth/arc_verification.hpp"
#include "auth/message_digests.hpp"
#include "auth/signing_key.hpp"

namespace postern::auth {

struct Signer {
  std::string domain, selector;  // A-labels
  std::shared_ptr<SigningKey const> key;
};

// The names for h=: those fields of section 5.4.1 that the message has, as often as it has them, and once
// more From, Subject, Date and To, so that none can be added (section 8.15).
std::vector<std::string> names_to_sign(std::vector<HeaderField> const& fields);

// The field, folded, with its final CRLF, to be put before the header section. `body_hash`: of the relaxed
// form of the whole body. `now`: seconds since 1970.
std::string dkim_signature_field(Signer const& signer, std::vector<HeaderField> const& fields,
                                 std::string const& body_hash, std::uint64_t now);

// The three fields of the next set, each with its final CRLF, the seal first. `results`: what stands behind
// i= in ARC-Authentication-Results: our name and the results. `chain`: what came; `fields` holds its sets.
// Nothing: the chain may not be added to (it has ended, has 50 sets, or is no chain that one could count).
std::string arc_set(Signer const& signer, std::vector<HeaderField> const& fields,
                    std::string const& body_hash, std::string const& results, ArcAnswer const& chain,
                    std::uint64_t now);

}  // namespace postern::auth

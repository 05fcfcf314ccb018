// Whether the chain of those who passed a message on and sealed it holds (ARC: RFC 8617 section 5.2). Pure:
// keys are read from a DnsView. Bounds: 50 sets (section 4.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/dkim_signature.hpp"
#include "auth/dns_view.hpp"
#include "auth/message_digests.hpp"

namespace postern::auth {

enum class ArcResult : std::uint8_t { none, pass, fail, temperror };

struct ArcAnswer {
  ArcResult result = ArcResult::none;
  std::uint32_t instances = 0;            // the highest i=
  std::vector<std::string> sealers = {};  // d= of the seals, first to last
  std::string last_results = {};          // of the last ARC-Authentication-Results, without its i=
  std::string first_results = {};         // of the first one: what the first sealer saw
  bool ended = false;                     // a seal says that the chain is broken: nobody may add to it
  std::string problem = {};               // for people
};

class ArcVerification {
 public:
  static constexpr std::uint32_t most_instances = 50;

  // Reads the sets when the header section has ended, and asks `digests` for a hash of the body.
  void begin(MessageDigests& digests);
  bool has_sets() const { return !sets_.empty() || !problem_.empty(); }

  void want_keys(DnsView& dns) const;

  // After the end of the body. Absent: `dns` wants answers first.
  std::optional<ArcAnswer> result(MessageDigests const& digests, DnsView& dns) const;

 private:
  struct Set {
    HeaderField const* results = nullptr;    // ARC-Authentication-Results
    HeaderField const* signature = nullptr;  // ARC-Message-Signature
    HeaderField const* seal = nullptr;       // ARC-Seal
    DkimSignature parsed_signature = {};
    ArcSeal parsed_seal = {};
    std::string seal_problem = {};
  };
  void sort_in(HeaderField const& field);
  void parse_sets();
  std::string seal_hash(std::size_t up_to) const;
  bool has_keys(DnsView& dns) const;  // asks for those that are not there
  ArcAnswer described() const;
  void complain(std::string problem);

  std::vector<Set> sets_;  // by instance, beginning with 1
  std::optional<std::size_t> body_hash_;
  std::string problem_;
};

// The hash for the seal of the next set (section 5.1.1): of the sets that `fields` holds, as long as the
// chain holds (section 5.1.2), then of the new set's own fields; `seal`: with an empty b=.
std::string next_seal_hash(std::vector<HeaderField> const& fields, ArcAnswer const& chain,
                           std::string_view results, std::string_view signature, std::string_view seal);

// The instance of an ARC field: the number of its i= tag; 0: none.
std::uint32_t arc_instance(std::string_view value);

}  // namespace postern::auth

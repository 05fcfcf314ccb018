// Whether the author's domain stands behind a message, and what it asks to be done when it does not (DMARC:
// RFC 7489 section 6.6). Pure: the DNS is read from a DnsView.
//
// Which domains belong together is found by the public suffix list, as RFC 7489 has it, or by walking up the
// DNS, as its successor has it. Bounds: eight look-ups per domain walked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/dkim_verification.hpp"
#include "auth/dmarc_record.hpp"
#include "auth/dns_view.hpp"
#include "auth/spf_evaluation.hpp"

namespace postern::auth {

enum class DmarcResult : std::uint8_t { none, pass, fail, temperror, permerror };  // RFC 7489 section 11.2
enum class DmarcDiscovery : std::uint8_t { public_suffix_list, tree_walk };

struct DmarcQuestion {
  std::vector<std::string> author_domains = {};  // of the From field; not just one: nothing can be evaluated
  SpfResult spf = SpfResult::none;
  std::string spf_domain = {};  // that SPF was asked about
  std::vector<DkimAnswer> dkim = {};
  DmarcDiscovery discovery = DmarcDiscovery::public_suffix_list;
};

struct DmarcAnswer {
  DmarcResult result = DmarcResult::none;
  DmarcPolicy policy = DmarcPolicy::none;  // that holds for this domain: p=, sp= or np=
  std::string author_domain = {};
  std::string record_domain = {};  // where the record was found; empty: nowhere
  DmarcRecord record = {};
  bool spf_aligned = false, dkim_aligned = false;
  std::string problem = {};  // for people
};

// Absent: `dns` wants answers first.
std::optional<DmarcAnswer> evaluate_dmarc(DmarcQuestion const& question, DnsView& dns);

// What is to be done: the policy, one step milder for mail that pct= spares (section 6.6.4) and while the
// domain is testing (t=y). `draw`: an evenly distributed number from 0 to 99.
DmarcPolicy policy_to_apply(DmarcAnswer const& answer, int draw);

}  // namespace postern::auth

// Whether the author's domain stands behind a message, and what it asks to be done when it does not (DMARC:
// RFC 7489 section 6.6). Pure: the DNS is read from a DnsView.
// Bounds: of the authors' domains the first ten are looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/dkim_verification.hpp"
#include "auth/dmarc_discovery.hpp"
#include "auth/dmarc_record.hpp"
#include "auth/dns_view.hpp"
#include "auth/spf_evaluation.hpp"

namespace postern::auth {

enum class DmarcResult : std::uint8_t { none, pass, fail, temperror, permerror };  // RFC 7489 section 11.2

struct DmarcQuestion {
  // Of the From field. With several, each is evaluated, and the strictest policy among those that fail holds
  // (section 6.6.1): else a second author would take the first one's policy away.
  std::vector<std::string> author_domains = {};
  SpfResult spf = SpfResult::none;
  std::string spf_domain = {};  // that SPF was asked about
  std::vector<DkimAnswer> dkim = {};
  DmarcDiscovery discovery = DmarcDiscovery::public_suffix_list;
};

struct DmarcAnswer {
  DmarcResult result = DmarcResult::none;
  DmarcPolicy policy = DmarcPolicy::none;  // that holds for this domain: p=, sp= or np=
  std::string author_domain = {};          // lower case, A-labels
  std::string record_domain = {};          // where the record was found; empty: nowhere
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

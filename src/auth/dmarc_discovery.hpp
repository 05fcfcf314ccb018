// Where DMARC looks for records, and which domains belong together: by the public suffix list (RFC 7489
// section 3.2), or by walking up the DNS, as its successor has it. Pure: the DNS is read from a DnsView.
// Bounds: eight look-ups per domain walked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "auth/dmarc_record.hpp"
#include "auth/dns_view.hpp"

namespace postern::auth {

enum class DmarcDiscovery : std::uint8_t { public_suffix_list, tree_walk };

struct DmarcLookup {
  enum class Found : std::uint8_t { record, nothing, no_answer } found = Found::nothing;
  DmarcRecord record = {};  // of Found::record
};
// The record of that very name. Absent: the DNS is wanted first.
std::optional<DmarcLookup> look_up_dmarc(std::string const& domain, DnsView& dns);

struct Organization {
  std::string domain;
  std::string public_suffix = {};  // above it, with a record that says so (psd=y); empty: none was met
  bool is_sure = true;             // false: the DNS left a question open that might have changed the answer
};
// The organization that a domain (comparable_domain()) belongs to. Absent: the DNS is wanted first.
std::optional<Organization> find_organization(std::string const& domain, DmarcDiscovery discovery,
                                              DnsView& dns);

}  // namespace postern::auth

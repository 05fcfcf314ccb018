// A DMARC record (RFC 7489 section 6.3), with the tags of its successor (np, psd, t).
// Bounds: ten addresses for reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"

namespace postern::auth {

enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
Words<DmarcPolicy> words_of(DmarcPolicy);
using postern::print;
enum class Alignment : std::uint8_t { relaxed, strict };
enum class PublicSuffix : std::uint8_t { unsaid, yes, no };  // psd=

struct DmarcRecord {
  DmarcPolicy policy = DmarcPolicy::none;               // p=
  std::optional<DmarcPolicy> subdomain_policy = {};     // sp=
  std::optional<DmarcPolicy> no_such_name_policy = {};  // np=
  Alignment dkim_alignment = Alignment::relaxed, spf_alignment = Alignment::relaxed;
  int percent = 100;     // pct=
  bool testing = false;  // t=y
  PublicSuffix public_suffix = PublicSuffix::unsaid;
  std::vector<std::string> reports;  // rua=, URIs as written
};

// The one among the TXT records of a name; absent: there is none, or more than one (section 6.6.3), or it
// cannot be used.
std::optional<DmarcRecord> parse_dmarc_record(std::vector<std::string> const& texts);

}  // namespace postern::auth

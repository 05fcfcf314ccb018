// What has been found out about who stands behind a message, beside its SPF: the results of RFC 8601
// section 2.7.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/dmarc_record.hpp"
#include "base/words.hpp"

namespace postern::policy {

enum class Dkim : std::uint8_t { not_asked, none, pass, fail, policy, neutral, temperror, permerror };
enum class Dmarc : std::uint8_t { not_asked, none, pass, fail, temperror, permerror };
enum class Arc : std::uint8_t { not_asked, none, pass, fail, temperror };
enum class Iprev : std::uint8_t { not_asked, pass, fail, temperror };
enum class DmarcOverride : std::uint8_t { none, trusted_forwarder, trusted_sealer };

Words<Dkim> words_of(Dkim);
Words<Dmarc> words_of(Dmarc);
Words<Arc> words_of(Arc);
Words<Iprev> words_of(Iprev);
Words<DmarcOverride> words_of(DmarcOverride);
using postern::print;

struct AuthenticationFacts {
  Dkim dkim = Dkim::not_asked;                 // of its signatures the best
  std::vector<std::string> dkim_domains = {};  // whose signatures hold, lower case, each once
  Dmarc dmarc = Dmarc::not_asked;
  std::string dmarc_domain = {};                       // of the author; empty: none, or several
  std::optional<auth::DmarcPolicy> dmarc_policy = {};  // that the domain has published; absent: none
  // What is to be done by it, with pct= and the owner's exceptions.
  auth::DmarcPolicy disposition = auth::DmarcPolicy::none;
  DmarcOverride dmarc_override = DmarcOverride::none;  // why nothing is to be done
  Arc arc = Arc::not_asked;
  std::string arc_sealer = {};  // the last one's domain
};

}  // namespace postern::policy

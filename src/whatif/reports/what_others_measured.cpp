#include "whatif/reports/what_others_measured.hpp"

#include <array>

namespace postern::whatif {

std::span<Measured const> what_others_measured() {
  // Inbound shares only: scans of hosts and outbound shares do not answer what requiring TLS costs.
  static constexpr std::array<Measured, 7> measured{{
      {"2025-05", "University of Toronto CS", "18 % of 90,938 inbound messages in plaintext, mostly spam",
       0.183, "utcc.utoronto.ca/~cks/space/blog/2025/05/31", true},
      {"2024", "Cloudflare", "6 % of inbound mail in plaintext", 0.06,
       "alexsci.com/blog/is-email-confidential-in-transit-yet", true},
      {"2021-05", "Posteo",
       "under 5 % of sending servers without TLS; over 90 % of what they sent was spam and a few newsletters",
       -0.05, "posteo.de/hilfe/tls-empfangs-garantie-aktivieren", true},
      {"2017", "a small server (incenp.org)", "17 % of inbound in plaintext", 0.17, "incenp.org", false},
      {"2015-11", "Gmail", "39 % of inbound in plaintext (67 % two years before)", 0.39,
       "Google Security Blog 2015-11", false},
      {"2015", "a small server (incenp.org)", "14 % of inbound in plaintext", 0.14, "incenp.org", false},
      {"2014-06", "Gmail", "50 % of inbound in plaintext", 0.50, "9to5google 2014-06-03", false},
  }};
  return measured;
}

}  // namespace postern::whatif

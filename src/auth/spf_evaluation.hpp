// Who may send for a domain: check_host() of RFC 7208 section 4. Pure: the DNS is read from a DnsView.
//
// Bounds (section 4.6.4): ten terms that ask the DNS, ten names of each "mx", of each "ptr" the first ten,
// two look-ups without an answer; records nest no deeper than the ten terms allow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "auth/dns_view.hpp"
#include "base/ip_address.hpp"

namespace postern::auth {

enum class SpfResult : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };

struct SpfQuestion {
  IpAddress client;
  std::string sender = {};  // of MAIL, "local@domain"; empty: the null sender, for whom the HELO name stands
  std::string helo = {};
  std::string receiver = {};  // our own host name; said in explanations only
  std::int64_t now = 0;       // seconds since 1970; said in explanations only
};

struct SpfAnswer {
  SpfResult result = SpfResult::none;
  std::string domain = {};       // that was asked about, lower case
  std::string explanation = {};  // of a fail: the domain's own words, US-ASCII; empty: none (section 6.2)
  std::string problem = {};      // of an error, for people
};

// Absent: `dns` wants answers first (DnsView::wanted()).
std::optional<SpfAnswer> evaluate_spf(SpfQuestion const& question, DnsView& dns);

}  // namespace postern::auth

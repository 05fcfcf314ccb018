// A question to SPF as tests ask it.
#pragma once

#include <string>
#include <utility>

#include "auth/spf_evaluation.hpp"
#include "support/dns_view.hpp"

namespace postern::tests {

inline auth::SpfAnswer ask_spf(SmallDns& dns, std::string sender, char const* client, std::string helo) {
  auth::SpfQuestion const question{.client = *IpAddress::parse(client),
                                   .sender = std::move(sender),
                                   .helo = std::move(helo),
                                   .receiver = "our.example",
                                   .now = 1'795'478'400};
  return dns.settle([&](auth::DnsView& view) { return auth::evaluate_spf(question, view); });
}

}  // namespace postern::tests

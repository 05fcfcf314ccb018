// What one evaluation of SPF asks the DNS, and the limits on it (RFC 7208 section 4.6.4): ten terms that ask,
// two of them without an answer, of a "ptr" the first ten names.
// Lifetime: refers to the view.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dns_view.hpp"
#include "auth/spf_step.hpp"
#include "base/ip_address.hpp"

namespace postern::auth {

class SpfLookups {
 public:
  static constexpr std::size_t most_names = 10;  // of an "mx" or a "ptr"

  SpfLookups(IpAddress const& client, DnsView& dns) : client_(client), dns_(dns) {}

  IpAddress const& client() const { return client_; }
  wire::DnsType address_type() const { return client_.is_v4() ? wire::DnsType::a : wire::DnsType::aaaa; }

  // Null: not known yet. A name that cannot be asked about does not exist (section 4.3).
  DnsReply const* find(std::string const& name, wire::DnsType type);

  void count_term() { ++terms_; }
  void count_if_void(DnsReply const& reply);
  std::optional<SpfStep> exceeded() const;

  // The names of the client's address that lead back to it (section 5.5). Absent: not known yet.
  std::optional<std::vector<std::string>> validated_names();
  // The best of them for "%{p}" (section 7.3): the domain itself, else one below it, else any; empty: none.
  std::optional<std::string> validated_name_for(std::string_view domain);

 private:
  bool leads_to_client(DnsReply const& addresses) const;

  IpAddress client_;
  DnsView& dns_;
  int terms_ = 0, voids_ = 0;
};

// Section 4.3: at least two labels.
bool is_spf_domain(std::string_view name);
// Whether `name` is `domain` or below it. Both in lower case.
bool is_within_domain(std::string_view name, std::string_view domain);

}  // namespace postern::auth

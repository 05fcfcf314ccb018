#include "auth/spf_lookups.hpp"

#include <algorithm>

#include "auth/dns_name.hpp"

namespace postern::auth {
namespace {

constexpr int most_terms = 10;
constexpr int most_voids = 2;

}  // namespace

bool is_spf_domain(std::string_view name) {
  return name.find('.') != std::string_view::npos && is_askable(name);
}

bool is_within_domain(std::string_view name, std::string_view domain) {
  return name == domain || (name.size() > domain.size() && name.ends_with(domain) &&
                            name[name.size() - domain.size() - 1] == '.');
}

DnsReply const* SpfLookups::find(std::string const& name, wire::DnsType type) {
  static DnsReply const nothing{.status = DnsReply::Status::no_such_name};
  return is_spf_domain(name) ? dns_.find(name, type) : &nothing;
}

void SpfLookups::count_if_void(DnsReply const& reply) {
  if (reply.status == DnsReply::Status::no_data || reply.status == DnsReply::Status::no_such_name) ++voids_;
}

std::optional<SpfStep> SpfLookups::exceeded() const {
  if (terms_ > most_terms) return spf_broken("more than 10 terms ask the DNS");
  if (voids_ > most_voids) return spf_broken("more than 2 terms have found nothing in the DNS");
  return std::nullopt;
}

std::optional<std::vector<std::string>> SpfLookups::validated_names() {
  auto const* pointers = find(client_.print_arpa(), wire::DnsType::ptr);
  if (pointers == nullptr) return std::nullopt;
  std::vector<std::string> names;
  for (auto const& data : pointers->records) {
    if (names.size() >= most_names) break;
    if (auto name = wire::parse_dns_name(data)) names.push_back(*std::move(name));
  }
  std::vector<std::string> validated;
  bool known = true;
  for (auto const& name : names) {
    auto const* addresses = find(name, address_type());  // one that fails is passed over (section 5.5)
    if (addresses == nullptr)
      known = false;
    else if (leads_to_client(*addresses))
      validated.push_back(name);
  }
  if (!known) return std::nullopt;
  return validated;
}

bool SpfLookups::leads_to_client(DnsReply const& addresses) const {
  return std::any_of(addresses.records.begin(), addresses.records.end(), [&](std::string const& data) {
    return wire::parse_address(address_type(), data) == client_;
  });
}

std::optional<std::string> SpfLookups::validated_name_for(std::string_view domain) {
  auto const names = validated_names();
  if (!names) return std::nullopt;
  if (std::find(names->begin(), names->end(), domain) != names->end()) return std::string(domain);
  auto const below = std::find_if(names->begin(), names->end(),
                                  [&](std::string const& name) { return is_within_domain(name, domain); });
  if (below != names->end()) return *below;
  return names->empty() ? std::string() : names->front();
}

}  // namespace postern::auth

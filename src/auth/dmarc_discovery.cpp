#include "auth/dmarc_discovery.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "auth/dns_name.hpp"
#include "base/registrable_domain.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_walked = 8;         // names of a walk up the tree
constexpr std::size_t most_walked_labels = 8;  // with so many or more, the second name has seven

std::size_t label_count(std::string_view name) {
  return static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
}

std::string_view parent_of(std::string_view name) {
  auto const dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

// The names that are asked for a record, from `domain` up.
std::vector<std::string> walk_from(std::string_view domain) {
  std::vector<std::string> out;
  for (auto name = domain; !name.empty() && out.size() < most_walked;) {
    out.emplace_back(name);
    name = parent_of(name);
    while (out.size() == 1 && label_count(name) >= most_walked_labels) name = parent_of(name);
  }
  return out;
}

// The record that says psd=n is the organization's own; one that says psd=y stands above it, but where the
// walk began; else the one with the fewest labels is it.
std::optional<Organization> walk_up(std::string const& domain, DnsView& dns) {
  auto const names = walk_from(domain);
  bool known = true;  // all of them are asked about at once
  for (auto const& name : names) known = look_up_dmarc(name, dns).has_value() && known;
  if (!known) return std::nullopt;
  Organization out{.domain = domain};
  std::string below;
  for (auto const& name : names) {
    auto const lookup = *look_up_dmarc(name, dns);
    if (lookup.found == DmarcLookup::Found::no_answer) out.is_sure = false;
    if (lookup.found == DmarcLookup::Found::record) {
      auto const suffix = lookup.record.public_suffix;
      if (suffix == PublicSuffix::yes && !below.empty()) {
        out.domain = below;
        out.public_suffix = name;
        return out;
      }
      out.domain = name;
      if (suffix != PublicSuffix::unsaid) return out;
    }
    below = name;
  }
  return out;
}

}  // namespace

std::optional<DmarcLookup> look_up_dmarc(std::string const& domain, DnsView& dns) {
  auto const name = "_dmarc." + domain;
  if (!is_askable(name)) return DmarcLookup{};
  auto const* reply = dns.find(name, wire::DnsType::txt);
  if (reply == nullptr) return std::nullopt;
  if (reply->status == DnsReply::Status::failed) return DmarcLookup{.found = DmarcLookup::Found::no_answer};
  auto record = parse_dmarc_record(wire::parse_txts(reply->records));
  if (!record) return DmarcLookup{};
  return DmarcLookup{.found = DmarcLookup::Found::record, .record = *std::move(record)};
}

std::optional<Organization> find_organization(std::string const& domain, DmarcDiscovery discovery,
                                              DnsView& dns) {
  if (discovery == DmarcDiscovery::tree_walk) return walk_up(domain, dns);
  auto registrable = registrable_domain(domain);
  return Organization{.domain = registrable.empty() ? domain : std::move(registrable)};
}

}  // namespace postern::auth

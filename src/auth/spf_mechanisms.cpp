#include "auth/spf_mechanisms.hpp"

#include <algorithm>

namespace postern::auth {
namespace {

bool is_in_block(IpAddress const& address, IpAddress const& client, SpfDirective const& directive) {
  if (address.is_v4() != client.is_v4()) return false;
  auto const length = client.is_v4() ? directive.v4_prefix : directive.v6_prefix;
  auto const network = Network::parse(address.print() + "/" + std::to_string(length));
  return network && network->contains(client);
}

bool any_in_block(DnsReply const& reply, SpfDirective const& directive, SpfLookups const& lookups) {
  return std::any_of(reply.records.begin(), reply.records.end(), [&](std::string const& data) {
    auto const address = wire::parse_address(lookups.address_type(), data);
    return address && is_in_block(*address, lookups.client(), directive);
  });
}

SpfStep no_addresses_yet(std::string const& name) {
  return spf_not_now("the addresses of " + name + " are not known");
}

std::vector<wire::MxRecord> sorted_hosts(DnsReply const& reply) {
  std::vector<wire::MxRecord> hosts;
  for (auto const& data : reply.records)
    if (auto host = wire::parse_mx(data)) hosts.push_back(*std::move(host));
  std::sort(hosts.begin(), hosts.end(), [](auto const& a, auto const& b) {
    return a.preference != b.preference ? a.preference < b.preference : a.host < b.host;
  });
  return hosts;
}

}  // namespace

std::optional<SpfStep> match_addresses(std::string const& name, SpfDirective const& directive,
                                       SpfLookups& lookups) {
  auto const* reply = lookups.find(name, lookups.address_type());
  if (reply == nullptr) return std::nullopt;
  if (reply->status == DnsReply::Status::failed) return no_addresses_yet(name);
  lookups.count_if_void(*reply);
  return spf_matched(any_in_block(*reply, directive, lookups));
}

std::optional<SpfStep> match_mail_hosts(std::string const& name, SpfDirective const& directive,
                                        SpfLookups& lookups) {
  auto const* reply = lookups.find(name, wire::DnsType::mx);
  if (reply == nullptr) return std::nullopt;
  if (reply->status == DnsReply::Status::failed)
    return spf_not_now("the mail hosts of " + name + " are not known");
  lookups.count_if_void(*reply);
  if (reply->records.size() > SpfLookups::most_names)
    return spf_broken(name + " has more than 10 mail hosts");
  auto const hosts = sorted_hosts(*reply);
  bool known = true;  // all of them are asked about at once
  for (auto const& host : hosts)
    if (lookups.find(host.host, lookups.address_type()) == nullptr) known = false;
  if (!known) return std::nullopt;
  // Hosts without an address of the client's kind are no void look-ups: it is terms that are counted.
  for (auto const& host : hosts) {
    auto const* addresses = lookups.find(host.host, lookups.address_type());
    if (addresses->status == DnsReply::Status::failed) return no_addresses_yet(host.host);
    if (any_in_block(*addresses, directive, lookups)) return spf_matched(true);
  }
  return spf_matched(false);
}

std::optional<SpfStep> match_pointers(std::string const& name, SpfLookups& lookups) {
  auto const* pointers = lookups.find(lookups.client().print_arpa(), wire::DnsType::ptr);
  auto const names = lookups.validated_names();
  if (pointers == nullptr || !names) return std::nullopt;
  lookups.count_if_void(*pointers);
  return spf_matched(std::any_of(names->begin(), names->end(), [&](std::string const& validated) {
    return is_within_domain(validated, name);
  }));
}

std::optional<SpfStep> match_existence(std::string const& name, SpfLookups& lookups) {
  auto const* reply = lookups.find(name, wire::DnsType::a);
  if (reply == nullptr) return std::nullopt;
  if (reply->status == DnsReply::Status::failed)
    return spf_not_now("whether " + name + " exists is not known");
  lookups.count_if_void(*reply);
  return spf_matched(reply->status == DnsReply::Status::found && !reply->records.empty());
}

}  // namespace postern::auth

#include "whatif/replay/senders.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/registrable_domain.hpp"

namespace postern::whatif {
namespace {

// Registrable domains by number; 0 is none.
class OwnerDomains {
 public:
  OwnerDomains(Traffic const& traffic, std::vector<std::string>& names)
      : traffic_(traffic), names_(names), by_sender_(traffic.senders().size(), not_looked_up) {}

  std::uint32_t of(std::uint32_t sender) {
    auto& domain = by_sender_[sender];
    if (domain == not_looked_up) domain = look_up(traffic_.senders()[sender]);
    return domain;
  }

 private:
  static constexpr std::uint32_t not_looked_up = ~std::uint32_t{0};

  std::uint32_t look_up(Traffic::Sender const& sender) {
    if (!sender.is_domain()) return 0;
    auto domain = registrable_domain(sender.domain);
    if (domain.empty()) return 0;
    auto const next = static_cast<std::uint32_t>(names_.size());
    auto const [entry, is_new] = numbers_.try_emplace(domain, next);
    if (is_new) names_.push_back(std::move(domain));
    return entry->second;
  }

  Traffic const& traffic_;
  std::vector<std::string>& names_;
  std::vector<std::uint32_t> by_sender_;
  boost::unordered_flat_map<std::string, std::uint32_t> numbers_;
};

}  // namespace

Senders::Senders(Traffic const& traffic) {
  OwnerDomains owners(traffic, domains_);
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> index;
  of_pair_.reserve(traffic.pairs().size());
  for (auto const& pair : traffic.pairs()) {
    auto const& host = traffic.hosts()[pair.host];
    bool const is_network = traffic.identity(host.identity).find('/') != std::string::npos;
    auto const domain = is_network ? owners.of(pair.sender) : 0;
    auto const next = static_cast<std::uint32_t>(identity_.size());
    auto const [entry, is_new] =
        index.try_emplace((static_cast<std::uint64_t>(host.identity) << 32) | domain, next);
    if (is_new) {
      identity_.push_back(host.identity);
      domain_.push_back(domain);
    }
    of_pair_.push_back(entry->second);
  }
}

std::string Senders::name(std::uint32_t sender, Traffic const& traffic) const {
  auto const& identity = traffic.identity(identity_[sender]);
  auto const& domain = domains_[domain_[sender]];
  return domain.empty() ? identity : domain + " in " + identity;
}

}  // namespace postern::whatif

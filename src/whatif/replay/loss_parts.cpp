#include "whatif/replay/loss_parts.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "policy/host_identity.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t longest_address = 320;

class PartSums {
 public:
  void add(std::string name, std::uint64_t lost, std::uint64_t not_come) {
    if (lost == 0) return;
    auto& part = parts_[std::move(name)];
    part.lost += lost;
    part.not_come += not_come;
  }

  LostParts most_first(std::uint64_t not_told) const {
    LostParts out;
    out.not_told = not_told;
    for (auto const& [name, part] : parts_) {
      out.parts.push_back(part);
      out.parts.back().name = name;
    }
    std::sort(out.parts.begin(), out.parts.end(), [](LostPart const& a, LostPart const& b) {
      return a.lost != b.lost ? a.lost > b.lost : a.name < b.name;
    });
    if (out.parts.size() <= LostParts::kept) return out;
    out.left_out = out.parts.size() - LostParts::kept;
    out.parts.resize(LostParts::kept);
    return out;
  }

 private:
  boost::unordered_flat_map<std::string, LostPart> parts_;
};

struct LostOfPair {
  std::uint64_t lost = 0, not_come = 0;
};

LostOfPair lost_of(Losses::LostPair const& lost, std::uint32_t pair, Traffic const& traffic, bool defers) {
  LostOfPair out;
  for (std::size_t i = 0; i < lost.why.size(); ++i) {
    auto const count = lost.why[i].total();
    out.lost += count;
    auto const reason = reason_of(static_cast<LostFor>(i), traffic, traffic.pairs()[pair]);
    if (!defers && !comes_later(reason)) out.not_come += count;
  }
  return out;
}

}  // namespace

std::optional<std::uint32_t> RecipientNames::number_of(std::string_view address) {
  auto written = lowered(printable(address, longest_address));
  if (auto const found = numbers_.find(written); found != numbers_.end()) return found->second;
  if (names_.size() >= most) return std::nullopt;
  auto const number = static_cast<std::uint32_t>(names_.size());
  numbers_.emplace(written, number);
  names_.push_back(std::move(written));
  return number;
}

void LostRecipients::add(std::uint32_t pair, LostFor why, Reception const& reception, ScopeWatch const& scope,
                         RecipientNames& names) {
  if (reception.recipients.empty()) ++not_told_;
  for (auto const& recipient : reception.recipients) {
    if (!scope.has_recipient(recipient)) continue;
    auto const number = names.number_of(recipient);
    auto const key = (static_cast<std::uint64_t>(number.value_or(0)) << 32) | pair;
    if (!number || (counts_.size() >= most_kept && !counts_.contains(key))) {
      ++not_told_;
      continue;
    }
    ++counts_[key][static_cast<std::size_t>(why)];
  }
}

void LostRecipients::sum_up(Traffic const& traffic, RecipientNames const& names, RuleAnswer& out) const {
  PartSums recipients, domains;
  for (auto const& [key, counts] : counts_) {
    auto const pair = static_cast<std::uint32_t>(key & 0xFFFFFFFFU);
    std::uint64_t lost = 0, not_come = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      lost += counts[i];
      auto const reason = reason_of(static_cast<LostFor>(i), traffic, traffic.pairs()[pair]);
      if (!out.defers && !comes_later(reason)) not_come += counts[i];
    }
    auto const& name = names.name(static_cast<std::uint32_t>(key >> 32));
    recipients.add(name, lost, not_come);
    domains.add(domain_of_address(name), lost, not_come);
  }
  out.recipients = recipients.most_first(not_told_);
  out.recipient_domains = domains.most_first(not_told_);
}

LostParts parts_by_network(Losses const& losses, Traffic const& traffic, bool defers) {
  PartSums networks;
  for (auto const& [pair, lost] : losses.lost()) {
    auto const& host = traffic.hosts()[traffic.pairs()[pair].host];
    auto const sums = lost_of(lost, pair, traffic, defers);
    networks.add(policy::host_identity({}, host.address), sums.lost, sums.not_come);
  }
  return networks.most_first(0);
}

LostParts parts_by_country(Losses const& losses, Traffic const& traffic, bool defers,
                           Countries const& countries) {
  PartSums sums_of_countries;
  std::uint64_t not_told = 0;
  for (auto const& [pair, lost] : losses.lost()) {
    auto const country = countries.of(traffic.hosts()[traffic.pairs()[pair].host].address);
    auto const sums = lost_of(lost, pair, traffic, defers);
    if (country.empty())
      not_told += sums.lost;
    else
      sums_of_countries.add(std::string(country), sums.lost, sums.not_come);
  }
  return sums_of_countries.most_first(not_told);
}

}  // namespace postern::whatif

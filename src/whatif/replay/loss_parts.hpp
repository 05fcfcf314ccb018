// Whose mail would be lost: by recipient, by the sender's network and by its country. Bounds: of recipients,
// `RecipientNames::most` names for all rules and `LostRecipients::most_kept` counts for each rule; what is
// beyond is counted as not told.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "whatif/answer.hpp"
#include "whatif/reception.hpp"
#include "whatif/replay/countries.hpp"
#include "whatif/replay/losses.hpp"
#include "whatif/replay/scope.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

// Recipients by number.
class RecipientNames {
 public:
  static constexpr std::size_t most = 200'000;
  std::optional<std::uint32_t> number_of(std::string_view address);  // absent: there is no room for it
  std::string const& name(std::uint32_t number) const { return names_[number]; }

 private:
  std::vector<std::string> names_;
  boost::unordered_flat_map<std::string, std::uint32_t> numbers_;
};

class LostRecipients {
 public:
  static constexpr std::size_t most_kept = 200'000;
  // Of a lost message, those of its recipients whom the rule is about.
  void add(std::uint32_t pair, LostFor why, Reception const& reception, ScopeWatch const& scope,
           RecipientNames& names);
  // `out`: its recipients and their domains.
  void sum_up(Traffic const& traffic, RecipientNames const& names, RuleAnswer& out) const;

 private:
  boost::unordered_flat_map<std::uint64_t, std::array<std::uint32_t, 4>> counts_;  // recipient, pair; LostFor
  std::uint64_t not_told_ = 0;
};

LostParts parts_by_network(Losses const& losses, Traffic const& traffic, bool defers);
LostParts parts_by_country(Losses const& losses, Traffic const& traffic, bool defers,
                           Countries const& countries);

}  // namespace postern::whatif

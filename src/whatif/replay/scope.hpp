// Whose mail a rule is about, and whether any of it is among the data. Bounds: `most_candidates` recipient
// domains are compared with one that was never seen.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <string>
#include <string_view>

#include "base/similar.hpp"
#include "whatif/answer.hpp"
#include "whatif/reception.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

// The domain of an address in lower case; empty: it has none.
std::string domain_of_address(std::string_view address);

class ScopeWatch {
 public:
  static constexpr std::size_t most_candidates = 10'000;
  explicit ScopeWatch(Scope scope) : scope_(std::move(scope)) {}

  enum class Match : std::uint8_t { no, yes, not_told };
  Match match(Reception const& reception);
  bool has_recipient(std::string_view address) const;  // a recipient whom the rule is about
  bool is_all_mail() const { return scope_.side == Scope::Side::all_mail; }

  Scope seen(Traffic const& traffic) const;  // with what was seen

 private:
  Match match_recipients(Reception const& reception);
  Match match_sender(Reception const& reception) const;

  Scope scope_;
  bool matched_ = false, told_ = false;  // told: who the recipients or senders are, of some message
  boost::unordered_flat_set<std::string> candidates_;
};

}  // namespace postern::whatif

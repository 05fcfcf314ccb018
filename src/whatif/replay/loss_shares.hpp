// Shares with intervals from what was counted of each sender.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "whatif/answer.hpp"
#include "whatif/reception.hpp"
#include "whatif/replay/senders.hpp"

namespace postern::whatif {

// Of one sender, by Wanted. What is undecided came over TLS, and it is not known how.
struct SenderSums {
  using ByWanted = std::array<std::uint64_t, 3>;
  ByWanted messages{}, lost{}, gone{}, undecided{};
};

inline constexpr std::array any_kind{Wanted::unknown, Wanted::wanted, Wanted::unwanted};
inline constexpr std::array only_wanted{Wanted::wanted};
inline constexpr std::array only_unwanted{Wanted::unwanted};

// `lost`: all that is refused or deferred; `gone`: what would not come.
enum class LostMail : std::uint8_t { lost, gone };

// Of the mail of these kinds. What is lost for sure makes the share; what may be lost, too, widens its
// interval. So do networks: where enough of them wrote, the interval also allows for their hosts being alike.
// `sums`: by sender, as `senders` numbers them.
Loss loss_of(std::vector<SenderSums> const& sums, Senders const& senders, std::span<Wanted const> kinds,
             LostMail what);

// The same of all mail, if its few largest senders, of whom nothing is lost, stay as they are. Absent: no few
// senders make the interval wide, or they are not that steady.
std::optional<SteadyShare> share_if_steady(std::vector<SenderSums> const& sums, Senders const& senders,
                                           Traffic const& traffic);

}  // namespace postern::whatif

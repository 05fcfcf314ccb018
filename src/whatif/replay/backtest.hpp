// What the answer would have been on earlier days, against what then came.
#pragma once

#include "whatif/answer.hpp"
#include "whatif/replay/day_cells.hpp"
#include "whatif/replay/senders.hpp"

namespace postern::whatif {

// What a backtest needs: for one split four days with mail, for the rolling one eight.
constexpr std::size_t enough_days_to_split = 4, enough_days_to_roll = 8;

// `is_about_all`: the rule is not limited to a domain's mail.
Backtest backtest_of(DayCells const& cells, JudgementsByCell const& judgements, bool is_about_all,
                     Senders const& senders);

}  // namespace postern::whatif

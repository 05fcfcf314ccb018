// All that is counted for one rule while the receptions pass, and its answer at the end.
#pragma once

#include <optional>
#include <vector>

#include "whatif/answer.hpp"
#include "whatif/replay/countries.hpp"
#include "whatif/replay/day_cells.hpp"
#include "whatif/replay/judge.hpp"
#include "whatif/replay/loss_parts.hpp"
#include "whatif/replay/losses.hpp"
#include "whatif/replay/scope.hpp"

namespace postern::whatif {

// What is counted once for all rules.
struct CountedMail {
  Traffic const& traffic;
  Senders const& senders;
  std::vector<CountsByWanted> const& by_pair;
  DayCells const& cells;
  RecipientNames const& recipients;
  bool by_network;
  Countries const* countries;  // null: not asked for
};

class RuleTally {
 public:
  explicit RuleTally(Scope scope) : scope_(std::move(scope)) {}

  // A message that was accepted, and what the rule would have done. `cell`: of DayCells, if it has room.
  void count(Reception const& reception, std::uint32_t pair, std::optional<std::uint32_t> cell,
             Judgement judgement, LostFor why, RecipientNames& names);
  // One that was not: it shows whom mail is for.
  void saw_refused(Reception const& reception) { scope_.match(reception); }

  // `out`: all but what names the rule; `out.defers` is set before.
  void answer(CountedMail const& mail, RuleAnswer& out) const;

 private:
  void count_in_cell(Reception const& reception, std::uint32_t cell, Judgement judgement);
  std::vector<CountsByWanted> in_scope(std::size_t pairs) const;

  ScopeWatch scope_;
  Losses losses_;
  LostRecipients recipients_;
  JudgementsByCell cells_;
  boost::unordered_flat_map<std::uint32_t, CountsByWanted> in_scope_;  // by pair; unless about all mail
};

}  // namespace postern::whatif

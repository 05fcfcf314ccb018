#include "whatif/replay/rule_tally.hpp"

#include "whatif/replay/backtest.hpp"

namespace postern::whatif {

void RuleTally::count(Reception const& reception, std::uint32_t pair, std::optional<std::uint32_t> cell,
                      Judgement judgement, LostFor why, RecipientNames& names) {
  bool const matches = scope_.match(reception) == ScopeWatch::Match::yes;
  if (!matches && judgement == Judgement::delivered) return;
  if (!scope_.is_all_mail()) in_scope_[pair].add(reception.wanted);
  if (cell) count_in_cell(reception, *cell, judgement);
  switch (judgement) {
    case Judgement::delivered: break;
    case Judgement::unknown: losses_.add_unknown(pair, reception); break;
    case Judgement::lost:
      losses_.add_lost(pair, reception, why);
      recipients_.add(pair, why, reception, scope_, names);
      break;
  }
}

void RuleTally::count_in_cell(Reception const& reception, std::uint32_t cell, Judgement judgement) {
  if (judgement == Judgement::delivered && scope_.is_all_mail()) return;
  auto& counts = cells_[cell];
  if (!scope_.is_all_mail()) ++counts.messages;
  switch (judgement) {
    case Judgement::delivered: break;
    case Judgement::lost: ++counts.lost; break;
    case Judgement::unknown:
      ++(reception.tls.used == Tristate::unknown ? counts.not_known : counts.undecided);
      break;
  }
}

std::vector<CountsByWanted> RuleTally::in_scope(std::size_t pairs) const {
  std::vector<CountsByWanted> out(pairs);
  for (auto const& [pair, counts] : in_scope_) out[pair] = counts;
  return out;
}

void RuleTally::answer(CountedMail const& mail, RuleAnswer& out) const {
  out.scope = scope_.seen(mail.traffic);
  if (scope_.is_all_mail())
    losses_.sum_up(mail.traffic, mail.senders, mail.by_pair, out);
  else
    losses_.sum_up(mail.traffic, mail.senders, in_scope(mail.by_pair.size()), out);
  recipients_.sum_up(mail.traffic, mail.recipients, out);
  if (mail.by_network) out.networks = parts_by_network(losses_, mail.traffic, out.defers);
  if (mail.countries != nullptr)
    out.countries = parts_by_country(losses_, mail.traffic, out.defers, *mail.countries);
  out.backtest = backtest_of(mail.cells, cells_, scope_.is_all_mail(), mail.senders);
}

}  // namespace postern::whatif

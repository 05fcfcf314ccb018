#include "whatif/replay/backtest.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "whatif/replay/loss_shares.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_rolling = 12;  // days tried

struct DayOfSender {
  std::int32_t day = 0;
  std::uint32_t sender = 0;
  std::uint32_t messages = 0, lost = 0, undecided = 0;
};

// In order of the days, without those of which nothing is known.
std::vector<DayOfSender> days_of_senders(DayCells const& cells, JudgementsByCell const& judgements,
                                         bool is_about_all, Senders const& senders) {
  std::vector<DayOfSender> out;
  for (std::uint32_t i = 0; i < cells.all().size(); ++i) {
    auto const& cell = cells.all()[i];
    auto const found = judgements.find(i);
    auto const judged = found == judgements.end() ? CellJudgements() : found->second;
    auto const about = is_about_all ? cell.messages : judged.messages;
    if (about <= judged.not_known) continue;
    out.push_back({.day = cell.day,
                   .sender = senders.of(cell.pair),
                   .messages = about - judged.not_known,
                   .lost = judged.lost,
                   .undecided = judged.undecided});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](DayOfSender const& a, DayOfSender const& b) { return a.day < b.day; });
  return out;
}

class Splitter {
 public:
  Splitter(std::vector<DayOfSender> rows, Senders const& senders)
      : rows_(std::move(rows)), senders_(senders) {
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (i == 0 || rows_[i].day != rows_[i - 1].day) begins_.push_back(i);
    begins_.push_back(rows_.size());
  }

  std::size_t days() const { return begins_.size() - 1; }

  // From the first `split` days to what came in as many days after them, or until the data end.
  Foretold at(std::size_t split) const {
    Foretold out;
    out.day = rows_[begins_[split]].day;
    out.answer = loss_between(0, split);
    out.came = loss_between(split, std::min(2 * split, days()));
    auto const& interval = out.answer.share_95;
    out.above = out.came.share > interval.high;
    out.held = !out.above && out.came.share >= interval.low;
    return out;
  }

 private:
  Loss loss_between(std::size_t from_day, std::size_t to_day) const {
    std::vector<SenderSums> sums(senders_.count());
    for (auto const& row : std::span(rows_).subspan(begins_[from_day], begins_[to_day] - begins_[from_day])) {
      auto& sender = sums[row.sender];
      sender.messages[0] += row.messages;
      sender.lost[0] += row.lost;
      sender.undecided[0] += row.undecided;
    }
    return loss_of(sums, senders_, any_kind, LostMail::lost);
  }

  std::vector<DayOfSender> rows_;
  Senders const& senders_;
  std::vector<std::size_t> begins_;  // of each day, and the end
};

bool tells_something(Foretold const& foretold) {
  return !foretold.answer.too_little && foretold.came.effective_senders >= SampleSize::enough_senders;
}

}  // namespace

Backtest backtest_of(DayCells const& cells, JudgementsByCell const& judgements, bool is_about_all,
                     Senders const& senders) {
  Backtest out;
  if (cells.is_full()) {
    out.why_not = "too many senders and days: of no more than " + std::to_string(DayCells::most) +
                  " pairs of these it is kept what came";
    return out;
  }
  Splitter const splitter(days_of_senders(cells, judgements, is_about_all, senders), senders);
  auto const days = splitter.days();
  if (days >= enough_days_to_split) out.single = splitter.at(days / 2);
  if (days < enough_days_to_roll) {
    out.why_not = "too few days: " + std::to_string(days) + " with mail, and " +
                  std::to_string(enough_days_to_roll) + " are needed";
    return out;
  }
  auto const first = days / 4, last = days * 3 / 4;
  auto const steps = std::min(most_rolling - 1, last - first);
  for (std::size_t i = 0; i <= steps; ++i) {
    out.rolling.push_back(splitter.at(first + i * (last - first) / steps));
    auto const& foretold = out.rolling.back();
    if (!tells_something(foretold)) continue;
    ++out.tried;
    if (foretold.held) ++out.held;
    if (foretold.above) ++out.above;
  }
  if (out.tried == 0)
    out.why_not = "too few senders: on none of " + std::to_string(out.rolling.size()) +
                  " earlier days the data until then would have told a share";
  return out;
}

}  // namespace postern::whatif

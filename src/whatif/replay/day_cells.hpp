// What came on each day from each pair of host and sender domain, so that the answer of an earlier day can be
// worked out afterwards. Bounds: `most` cells; what is beyond is not kept.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <vector>

namespace postern::whatif {

class DayCells {
 public:
  static constexpr std::size_t most = 2'000'000;

  struct Cell {
    std::int32_t day = 0;  // since 1970, UTC
    std::uint32_t pair = 0;
    std::uint32_t messages = 0;
  };

  // Counts a message: its cell. Absent: there is no room. A pair whose days do not come in order may have
  // several cells for one day.
  std::optional<std::uint32_t> add(std::int64_t day, std::uint32_t pair);

  std::vector<Cell> const& all() const { return cells_; }
  bool is_full() const { return is_full_; }

 private:
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> latest_;  // by pair: one more than its last cell; 0: none
  bool is_full_ = false;
};

// What one rule would have done with the messages of a cell.
struct CellJudgements {
  std::uint32_t messages = 0;  // that the rule is about; counted only where it is not about all mail
  std::uint32_t lost = 0;
  std::uint32_t not_known = 0;  // whether over TLS
  std::uint32_t undecided = 0;  // over TLS, but not known how
};
using JudgementsByCell = boost::unordered_flat_map<std::uint32_t, CellJudgements>;

}  // namespace postern::whatif

#include "whatif/replay/day_cells.hpp"

namespace postern::whatif {

std::optional<std::uint32_t> DayCells::add(std::int64_t day, std::uint32_t pair) {
  if (latest_.size() <= pair) latest_.resize(pair + std::size_t{1});
  auto& latest = latest_[pair];
  auto const number = static_cast<std::int32_t>(day);
  if (latest == 0 || cells_[latest - 1].day != number) {
    is_full_ = is_full_ || cells_.size() >= most;
    if (is_full_) return std::nullopt;
    cells_.push_back({.day = number, .pair = pair});
    latest = static_cast<std::uint32_t>(cells_.size());
  }
  ++cells_[latest - 1].messages;
  return latest - 1;
}

}  // namespace postern::whatif

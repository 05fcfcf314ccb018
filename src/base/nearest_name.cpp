#include "base/nearest_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace postern {
namespace {

constexpr std::size_t longest_compared = 255;

}  // namespace

std::size_t letters_between(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) > longest_compared) return a == b ? 0 : std::max(a.size(), b.size());
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, changed});
      bool const swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

NearestName::NearestName(std::string_view wanted)
    : wanted_(wanted), least_(std::max<std::size_t>(1, wanted.size() / 3) + 1) {}

void NearestName::consider(std::string_view name) {
  std::size_t const longer = std::max(name.size(), wanted_.size());
  if (longer - std::min(name.size(), wanted_.size()) > least_) return;
  auto const letters = letters_between(wanted_, name);
  if (letters > least_ || (letters == least_ && (name_.empty() || name >= name_))) return;
  least_ = letters;
  name_ = name;
}

}  // namespace postern

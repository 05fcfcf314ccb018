#include "base/similar.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ascii.hpp"

namespace postern {
namespace {

constexpr std::size_t longest_compared = 255;
constexpr std::size_t longest_word = 64;  // beyond it nothing is similar
constexpr std::size_t shortest_word = 3;

std::string_view only_one_that_begins_with(std::string_view written, std::span<std::string const> words) {
  std::string_view found;
  for (auto const& word : words) {
    if (!istarts_with(word, written)) continue;
    if (!found.empty() && found != word) return {};
    found = word;
  }
  return found;
}

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

NearestName::NearestName(std::string_view wanted, std::size_t letters_per_mistake)
    : wanted_(wanted), letters_per_mistake_(letters_per_mistake), fewest_(longest_compared) {}

bool NearestName::consider(std::string_view name) {
  auto const longer = std::max(name.size(), wanted_.size());
  auto const shorter = std::min(name.size(), wanted_.size());
  auto const most = std::min(std::max<std::size_t>(1, longer / letters_per_mistake_), fewest_);
  if (longer - shorter > most) return false;
  auto const letters = letters_between(wanted_, name);
  if (letters > most || (letters == fewest_ && name >= name_)) return false;
  fewest_ = letters;
  name_ = name;
  return true;
}

std::string_view similar_word(std::string_view written, std::span<std::string const> words) {
  if (written.size() < shortest_word || written.size() > longest_word) return {};
  NearestName nearest(lowered(written), 4);
  std::string_view found;
  for (auto const& word : words) {
    if (word.size() < shortest_word || word.size() > longest_word) continue;
    if (nearest.consider(lowered(word))) found = word;
  }
  return found.empty() ? only_one_that_begins_with(written, words) : found;
}

std::string did_you_mean(std::string_view written, std::span<std::string const> words) {
  auto const meant = similar_word(written, words);
  return meant.empty() || meant == written ? std::string() : "; did you mean " + in_quotes(meant) + "?";
}

}  // namespace postern

#include "base/similar.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/nearest_name.hpp"

namespace postern {
namespace {

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

std::string_view similar_word(std::string_view written, std::span<std::string const> words) {
  if (written.size() < shortest_word || written.size() > longest_word) return {};
  std::string_view nearest;
  std::size_t fewest = longest_word;
  for (auto const& word : words) {
    if (word.size() < shortest_word || word.size() > longest_word) continue;
    auto const edits = letters_between(lowered(written), lowered(word));
    auto const allowed = std::max<std::size_t>(1, std::max(word.size(), written.size()) / 4);
    if (edits >= fewest || edits > allowed) continue;
    nearest = word;
    fewest = edits;
  }
  return nearest.empty() ? only_one_that_begins_with(written, words) : nearest;
}

std::string did_you_mean(std::string_view written, std::span<std::string const> words) {
  auto const meant = similar_word(written, words);
  return meant.empty() || meant == written ? std::string() : "; did you mean " + in_quotes(meant) + "?";
}

}  // namespace postern

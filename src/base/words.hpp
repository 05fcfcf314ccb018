// The words by which an enum is written down: in the store of facts, in exports, in what rules ask for. One
// table per enum prints and parses them, and is_complete() checks at compile time that no value lacks its
// word.
//
//   enum class Colour : std::uint8_t { red, dark_blue };
//   Words<Colour> words_of(Colour);  // beside the enum, in its namespace
//   using postern::print;
//
//   Words<Colour> words_of(Colour) {
//     static constexpr Word<Colour> words[] = {{Colour::red, "red"}, {Colour::dark_blue, "dark-blue"}};
//     static_assert(is_complete(words));
//     return words;
//   }
//
// Then print(Colour::dark_blue) is "dark-blue", and parse_word<Colour>("red") is Colour::red.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace postern {

template <class E>
struct Word {
  E value;
  std::string_view text;
};

// A view of a table that lasts as long as the program.
template <class E>
class Words {
 public:
  template <std::size_t N>
  constexpr Words(Word<E> const (&words)[N]) : words_(words) {}

  constexpr std::string_view text_of(E value) const {  // empty: no value of the enum
    auto const place = static_cast<std::size_t>(value);
    return place < words_.size() ? words_[place].text : std::string_view();
  }
  constexpr std::optional<E> find(std::string_view text) const {
    for (auto const& word : words_)
      if (word.text == text) return word.value;
    return std::nullopt;
  }

 private:
  std::span<Word<E> const> words_;
};

// Whether `value` is one of the enumerators. The compiler's own name of this function tells: it ends with
// "value = postern::Colour::red]" or, for what is no enumerator, with "value = (postern::Colour)7]".
template <class E, E value>
consteval bool is_enumerator() {
  std::string_view const function = __PRETTY_FUNCTION__;
  char const first = function[function.find_last_of(" :)=") + 1];
  return first < '0' || first > '9';
}

// How many values an enum has whose values run from 0 without a gap.
template <class E, std::size_t from = 0>
consteval std::size_t value_count() {
  if constexpr (is_enumerator<E, static_cast<E>(from)>())
    return value_count<E, from + 1>();
  else
    return from;
}

// One word for each value, in the order of the enum, no word twice and none empty.
template <class E, std::size_t N>
consteval bool is_complete(Word<E> const (&words)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i].value != static_cast<E>(i) || words[i].text.empty()) return false;
    for (std::size_t other = 0; other < i; ++other)
      if (words[other].text == words[i].text) return false;
  }
  return N == value_count<E>();
}

template <class E>
concept HasWords = std::is_enum_v<E> && requires(E value) {
  { words_of(value) } -> std::same_as<Words<E>>;
};

template <HasWords E>
std::string_view print(E value) {
  return words_of(value).text_of(value);
}

template <HasWords E>
std::optional<E> parse_word(std::string_view text) {
  return words_of(E{}).find(text);
}

}  // namespace postern

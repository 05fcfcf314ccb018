// How values of C++ are kept in cells, and read from them: one pair of functions for each type that a record
// of the store of facts has. What cannot be read, or is null, leaves the value as it is, which is its
// default.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "base/message_id.hpp"
#include "base/words.hpp"
#include "policy/decided_by.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

std::optional<std::string_view> text_in(Cell const& cell);  // absent: it holds no text

inline Cell to_cell(std::string const& text) { return std::string_view(text); }
inline Cell to_cell(std::string&& text) { return Cell(std::move(text)); }
void from_cell(Cell const& cell, std::string& text);

// "builtin:NAME", or the name of the owner's rule; empty: nothing had to decide.
inline Cell to_cell(policy::DecidedBy const& decided_by) { return policy::print(decided_by); }
inline void from_cell(Cell const& cell, policy::DecidedBy& decided_by) {
  if (auto const text = text_in(cell)) decided_by = policy::parse_decided_by(*text);
}

template <std::integral Number>  // a bool is 0 or 1
Cell to_cell(Number number) {
  return static_cast<std::int64_t>(number);
}
template <std::integral Number>
void from_cell(Cell const& cell, Number& number) {
  if (auto const* found = std::get_if<std::int64_t>(&cell)) number = static_cast<Number>(*found);
}

inline Cell to_cell(std::optional<std::uint64_t> number) { return to_cell(number.value_or(0)); }  // 0: absent
void from_cell(Cell const& cell, std::optional<std::uint64_t>& number);

inline Cell to_cell(Instant at) { return to_micros(at); }
void from_cell(Cell const& cell, Instant& at);

inline Cell to_cell(std::optional<Instant> at) { return at ? to_cell(*at) : Cell(); }  // null: absent
void from_cell(Cell const& cell, std::optional<Instant>& at);

inline Cell to_cell(MessageId id) { return to_cell(id.value); }
inline void from_cell(Cell const& cell, MessageId& id) { from_cell(cell, id.value); }

inline Cell to_cell(IpAddress const& address) { return address.print(); }
void from_cell(Cell const& cell, IpAddress& address);

inline Cell to_cell(Address const& address) { return address.print(); }
void from_cell(Cell const& cell, Address& address);

// Empty: absent.
inline Cell to_cell(std::optional<Address> const& address) {
  return address ? to_cell(*address) : to_cell(std::string());
}
void from_cell(Cell const& cell, std::optional<Address>& address);

// Separated by blanks, for texts without any.
Cell to_cell(std::vector<std::string> const& texts);
void from_cell(Cell const& cell, std::vector<std::string>& texts);

template <HasWords E>
Cell to_cell(E value) {
  return print(value);
}
template <HasWords E>
void from_cell(Cell const& cell, E& value) {
  if (auto const text = text_in(cell)) value = parse_word<E>(*text).value_or(value);
}

template <HasWords E>  // empty: absent
Cell to_cell(std::optional<E> value) {
  return value ? print(*value) : std::string_view();
}
template <HasWords E>
void from_cell(Cell const& cell, std::optional<E>& value) {
  if (auto const text = text_in(cell)) value = parse_word<E>(*text);
}

}  // namespace postern::store

#include "store/cell.hpp"

#include <algorithm>

#include "wire/path.hpp"

namespace postern::store {

std::optional<std::string_view> text_in(Cell const& cell) {
  if (auto const* view = std::get_if<std::string_view>(&cell)) return *view;
  if (auto const* text = std::get_if<std::string>(&cell)) return *text;
  return std::nullopt;
}

void from_cell(Cell const& cell, std::string& text) {
  if (auto const found = text_in(cell)) text = *found;
}

Cell to_cell(std::vector<std::string> const& texts) {
  std::string all;
  for (auto const& text : texts) all += (all.empty() ? "" : " ") + text;
  return Cell(std::move(all));
}

void from_cell(Cell const& cell, std::vector<std::string>& texts) {
  auto const all = text_in(cell);
  if (!all) return;
  texts.clear();
  for (auto rest = *all; !rest.empty();) {
    auto const length = std::min(rest.find(' '), rest.size());
    if (length > 0) texts.emplace_back(rest.substr(0, length));
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
}

void from_cell(Cell const& cell, std::optional<std::uint64_t>& number) {
  if (auto const* found = std::get_if<std::int64_t>(&cell); found != nullptr && *found > 0)
    number = static_cast<std::uint64_t>(*found);
}

void from_cell(Cell const& cell, Instant& at) {
  if (auto const* micros = std::get_if<std::int64_t>(&cell)) at = from_micros(*micros);
}

void from_cell(Cell const& cell, std::optional<Instant>& at) {
  if (auto const* micros = std::get_if<std::int64_t>(&cell)) at = from_micros(*micros);
}

void from_cell(Cell const& cell, IpAddress& address) {
  if (auto const text = text_in(cell)) address = IpAddress::parse(*text).value_or(address);
}

void from_cell(Cell const& cell, Address& address) {
  auto const text = text_in(cell);
  if (!text) return;
  if (auto parsed = wire::parse_mailbox(*text)) address = *std::move(parsed);
}

void from_cell(Cell const& cell, std::optional<Address>& address) {
  auto const text = text_in(cell);
  if (!text || text->empty()) return;
  if (auto parsed = wire::parse_mailbox(*text)) address = *std::move(parsed);
}

}  // namespace postern::store

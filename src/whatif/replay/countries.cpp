#include "whatif/replay/countries.hpp"

#include "base/ascii.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t bits_before_v4 = 96;  // of the mapped form

IpAddress first_address_of(IpAddress const& address, std::size_t bits) {
  auto bytes = address.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::size_t const left = bits > 8 * i ? bits - 8 * i : 0;
    if (left < 8) bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xFF00U >> left));
  }
  return IpAddress::from_v6(bytes);
}

std::string_view without_field_quotes(std::string_view field) {
  field = trimmed(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  return field;
}

}  // namespace

bool Countries::add(std::string_view network, std::string_view country) {
  auto const parsed = Network::parse(network);
  auto const base = IpAddress::parse(network.substr(0, network.find('/')));
  if (!parsed || !base || country.empty()) return false;
  auto const bits =
      static_cast<std::size_t>(parsed->prefix_length()) + (parsed->is_v4() ? bits_before_v4 : 0);
  auto const next = static_cast<std::uint32_t>(names_.size());
  auto const [entry, is_new] = index_.try_emplace(std::string(country), next);
  if (is_new) names_.emplace_back(country);
  by_length_[bits].insert_or_assign(first_address_of(*base, bits), entry->second);
  return true;
}

Result<Countries, std::string> Countries::parse(std::string_view table) {
  Countries out;
  std::size_t number = 0;
  while (!table.empty()) {
    auto const end = table.find('\n');
    auto const line = trimmed(table.substr(0, end));
    table.remove_prefix(end == std::string_view::npos ? table.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    auto const comma = line.find(',');
    auto const rest = comma == std::string_view::npos ? std::string_view() : line.substr(comma + 1);
    bool const is_read = out.add(without_field_quotes(line.substr(0, comma)),
                                 without_field_quotes(rest.substr(0, rest.find(','))));
    if (!is_read && number > 1)
      return fail("line " + std::to_string(number) + ": " + printable(line, 80) +
                  " is not a network and a country such as 192.0.2.0/24,DE");
  }
  if (out.names_.empty()) return fail(std::string("it holds no line such as 192.0.2.0/24,DE"));
  return out;
}

std::string_view Countries::of(IpAddress const& address) const {
  for (std::size_t bits = by_length_.size(); bits-- > 0;) {
    auto const& networks = by_length_[bits];
    if (networks.empty()) continue;
    auto const found = networks.find(first_address_of(address, bits));
    if (found != networks.end()) return names_[found->second];
  }
  return {};
}

}  // namespace postern::whatif

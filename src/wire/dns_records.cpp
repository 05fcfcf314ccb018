#include "wire/dns_records.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

std::size_t byte_at(std::string_view data, std::size_t i) { return static_cast<unsigned char>(data[i]); }

}  // namespace

std::optional<std::string> parse_dns_name(std::string_view data) {
  if (data.size() > 255) return std::nullopt;
  std::string out;
  std::size_t i = 0;
  while (i < data.size() && data[i] != 0) {
    std::size_t const label = byte_at(data, i);
    if (label > 63 || i + 1 + label >= data.size()) return std::nullopt;
    if (!out.empty()) out += '.';
    out += lowered(data.substr(i + 1, label));
    i += 1 + label;
  }
  if (i >= data.size()) return std::nullopt;  // no root label
  return out.empty() ? "." : out;
}

std::optional<MxRecord> parse_mx(std::string_view data) {
  if (data.size() < 3) return std::nullopt;
  auto host = parse_dns_name(data.substr(2));
  if (!host) return std::nullopt;
  return MxRecord{.preference = static_cast<std::uint16_t>(byte_at(data, 0) << 8 | byte_at(data, 1)),
                  .host = std::move(*host)};
}

std::optional<std::string> parse_txt(std::string_view data) {
  std::string out;
  while (!data.empty()) {
    std::size_t const length = byte_at(data, 0);
    if (length >= data.size()) return std::nullopt;
    out += data.substr(1, length);
    data.remove_prefix(1 + length);
  }
  return out;
}

std::vector<std::string> parse_txts(std::vector<std::string> const& records) {
  std::vector<std::string> texts;
  for (auto const& record : records)
    if (auto text = parse_txt(record)) texts.push_back(std::move(*text));
  return texts;
}

std::optional<IpAddress> parse_address(DnsType type, std::string_view data) {
  if (type == DnsType::a && data.size() == 4) {
    std::array<std::uint8_t, 4> bytes{};
    std::copy(data.begin(), data.end(), bytes.begin());
    return IpAddress::from_v4(bytes);
  }
  if (type == DnsType::aaaa && data.size() == 16) {
    IpAddress::Bytes bytes{};
    std::copy(data.begin(), data.end(), bytes.begin());
    return IpAddress::from_v6(bytes);
  }
  return std::nullopt;
}

}  // namespace postern::wire

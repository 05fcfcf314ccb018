#include "wire/tar_header.hpp"

#include <charconv>

namespace postern::wire {
namespace {

constexpr std::size_t checksum_at = 148, checksum_size = 8;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 62;

std::string_view text_field(std::string_view block, std::size_t at, std::size_t size) {
  auto const field = block.substr(at, size);
  return field.substr(0, field.find('\0'));
}

// Octal digits with blanks around them; GNU writes large numbers in base 256, with the highest bit set.
std::optional<std::uint64_t> number_field(std::string_view block, std::size_t at, std::size_t size) {
  auto const field = block.substr(at, size);
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
    if (static_cast<unsigned char>(field[0]) != 0x80U) return std::nullopt;  // negative, or beyond all bounds
    for (char const c : field.substr(1)) {
      if (value >= (most_bytes >> 8U)) return std::nullopt;
      value = (value << 8U) | static_cast<unsigned char>(c);
    }
    return value;
  }
  auto const start = field.find_first_not_of(' ');
  if (start == std::string_view::npos) return std::uint64_t{0};
  for (char const c : field.substr(start)) {
    if (c == ' ' || c == '\0') break;
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// The sum of all octets, with blanks for those of the sum itself; some old writers took them as signed.
bool has_right_sum(std::string_view block) {
  auto const told = number_field(block, checksum_at, checksum_size);
  if (!told) return false;
  std::int64_t as_unsigned = 0, as_signed = 0;
  for (std::size_t i = 0; i < tar_block; ++i) {
    char const c = i >= checksum_at && i < checksum_at + checksum_size ? ' ' : block[i];
    as_unsigned += static_cast<unsigned char>(c);
    as_signed += static_cast<signed char>(c);
  }
  auto const sum = static_cast<std::int64_t>(*told);
  return sum == as_unsigned || sum == as_signed;
}

}  // namespace

std::optional<TarHeader> parse_tar_header(std::string_view block) {
  if (block.size() < tar_block || !has_right_sum(block)) return std::nullopt;
  auto const size = number_field(block, 124, 12);
  if (!size || *size >= most_bytes) return std::nullopt;
  TarHeader header;
  header.name = text_field(block, 0, 100);
  header.size = *size;
  header.changed = static_cast<std::int64_t>(number_field(block, 136, 12).value_or(0));
  header.type = block[156];
  auto const prefix = text_field(block, 345, 155);
  bool const is_posix = block.substr(257, 6) == std::string_view("ustar\0", 6);  // GNU has other things there
  if (is_posix && !prefix.empty()) header.name = std::string(prefix) + "/" + header.name;
  return header;
}

void apply_pax_records(std::string_view records, TarHeader& header) {
  while (!records.empty()) {  // "LENGTH KEY=VALUE\n", where LENGTH counts the whole record
    std::size_t length = 0;
    auto const [end, error] = std::from_chars(records.data(), records.data() + records.size(), length);
    auto const digits = static_cast<std::size_t>(end - records.data());
    if (error != std::errc() || length <= digits + 1 || length > records.size()) return;
    auto record = records.substr(digits + 1, length - digits - 1);
    if (record.ends_with('\n')) record.remove_suffix(1);
    records.remove_prefix(length);
    auto const equals = record.find('=');
    if (equals == std::string_view::npos) continue;
    auto const key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") header.name = value;
    if (key == "size") {
      std::uint64_t size = 0;
      std::from_chars(value.data(), value.data() + value.size(), size);
      if (size < most_bytes) header.size = size;
    }
    if (key == "mtime") std::from_chars(value.data(), value.data() + value.size(), header.changed);
  }
}

}  // namespace postern::wire

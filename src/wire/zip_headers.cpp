#include "wire/zip_headers.hpp"

#include <array>

#include "wire/binary.hpp"

namespace postern::wire {
namespace {

constexpr std::uint32_t in_zip64 = 0xFFFF'FFFF;  // the number is in the extra field

ZipMethod zip_method(std::uint16_t number) {
  if (number == 0) return ZipMethod::stored;
  return number == 8 ? ZipMethod::deflated : ZipMethod::other;
}

struct DescriptorForm {
  bool has_signature;
  bool is_long;  // numbers of eight bytes

  std::size_t length() const { return (has_signature ? 8U : 4U) + (is_long ? 16U : 8U); }
};

// The long ones first: a short one is followed by a signature, which no length is.
constexpr std::array<DescriptorForm, 4> descriptor_forms{{{.has_signature = true, .is_long = true},
                                                          {.has_signature = true, .is_long = false},
                                                          {.has_signature = false, .is_long = true},
                                                          {.has_signature = false, .is_long = false}}};

std::optional<ZipTotals> read_descriptor(std::string_view bytes, DescriptorForm form) {
  if (bytes.size() < form.length()) return std::nullopt;
  if (form.has_signature) {
    if (!bytes.starts_with(zip_split)) return std::nullopt;
    bytes.remove_prefix(zip_split.size());
  }
  BinaryReader reader(bytes);
  ZipTotals totals;
  totals.checksum = reader.get<std::uint32_t>();
  totals.compressed = form.is_long ? reader.get<std::uint64_t>() : reader.get<std::uint32_t>();
  totals.size = form.is_long ? reader.get<std::uint64_t>() : reader.get<std::uint32_t>();
  return totals;
}

}  // namespace

ZipHeader parse_zip_header(std::string_view bytes) {
  constexpr std::uint16_t encrypted = 1U << 0, descriptor = 1U << 3, strongly_encrypted = 1U << 6,
                          masked = 1U << 13;
  BinaryReader reader(bytes);
  reader.get<std::uint16_t>();  // the version that is needed
  auto const flags = reader.get<std::uint16_t>();
  ZipHeader header;
  header.method = zip_method(reader.get<std::uint16_t>());
  reader.get<std::uint32_t>();  // time and date
  header.checksum = reader.get<std::uint32_t>();
  header.compressed = reader.get<std::uint32_t>();
  header.size = reader.get<std::uint32_t>();
  header.name_length = reader.get<std::uint16_t>();
  header.extra_length = reader.get<std::uint16_t>();
  header.is_encrypted = (flags & (encrypted | strongly_encrypted | masked)) != 0;
  header.has_descriptor = (flags & descriptor) != 0;
  return header;
}

void read_zip64(std::string_view extra, ZipHeader& header) {
  constexpr std::uint16_t zip64 = 1;
  while (extra.size() >= 4) {
    BinaryReader reader(extra);
    auto const kind = reader.get<std::uint16_t>();
    std::size_t const length = reader.get<std::uint16_t>();
    if (extra.size() < 4 + length) return;
    BinaryReader numbers(extra.substr(4, length));
    if (kind == zip64) {
      if (header.size == in_zip64) header.size = numbers.get<std::uint64_t>();
      if (header.compressed == in_zip64) header.compressed = numbers.get<std::uint64_t>();
      return;
    }
    extra.remove_prefix(4 + length);
  }
}

std::string_view why_unreadable(ZipHeader const& header) {
  if (header.is_encrypted) return "is encrypted: unpack the archive with its password first";
  if (header.method == ZipMethod::other)
    return "is compressed in a way that is not read: pack the archive anew, with deflate";
  return {};
}

bool ends_zip_entries(std::string_view signature) {
  constexpr std::array<std::string_view, 4> ends{zip_no_entries, "PK\x01\x02", "PK\x06\x06", "PK\x06\x08"};
  for (auto const end : ends)
    if (signature == end) return true;
  return false;
}

std::optional<std::size_t> zip_descriptor_length(std::string_view bytes, ZipTotals const& totals) {
  for (auto const form : descriptor_forms) {
    auto const told = read_descriptor(bytes, form);
    std::uint64_t const mask = form.is_long ? ~std::uint64_t{0} : in_zip64;
    if (told && told->checksum == totals.checksum && told->compressed == (totals.compressed & mask) &&
        told->size == (totals.size & mask))
      return form.length();
  }
  return std::nullopt;
}

std::size_t skipped_descriptor_length(std::string_view bytes, std::uint64_t compressed) {
  for (auto const form : descriptor_forms) {
    auto const told = read_descriptor(bytes, form);
    if (told && told->compressed == compressed) return form.length();
  }
  return 0;
}

}  // namespace postern::wire

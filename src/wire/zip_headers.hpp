// The headers of a zip archive's entries (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.9, 4.5.3), as far as reading
// the archive forward needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::wire {

constexpr std::string_view zip_entry = "PK\x03\x04";
constexpr std::string_view zip_no_entries = "PK\x05\x06";
constexpr std::string_view zip_split = "PK\x07\x08";      // at the start; also that of a data descriptor
constexpr std::string_view zip_not_split = "PK\x30\x30";  // at the start
constexpr std::size_t zip_header_size = 26;               // behind the signature
constexpr std::size_t zip_descriptor_limit = 24;

enum class ZipMethod : std::uint8_t { stored, deflated, other };

struct ZipHeader {
  ZipMethod method = ZipMethod::stored;
  bool is_encrypted = false;
  bool has_descriptor = false;  // behind the entry, with its checksum and lengths
  std::uint32_t checksum = 0;
  std::uint64_t compressed = 0;
  std::uint64_t size = 0;
  std::size_t name_length = 0;
  std::size_t extra_length = 0;

  bool length_known() const { return !has_descriptor || compressed != 0; }
};

// What an entry turned out to be.
struct ZipTotals {
  std::uint32_t checksum = 0;
  std::uint64_t compressed = 0;
  std::uint64_t size = 0;
};

ZipHeader parse_zip_header(std::string_view bytes);          // zip_header_size of them
void read_zip64(std::string_view extra, ZipHeader& header);  // lengths of 4 GiB and more
std::string_view why_unreadable(ZipHeader const& header);    // behind a name; empty: it can be read
bool ends_zip_entries(std::string_view signature);           // the central directory begins

// The length of the data descriptor at the start of `bytes`, which may have a signature or not, and numbers
// of four or of eight bytes. Absent: none says what the entry turned out to be.
std::optional<std::size_t> zip_descriptor_length(std::string_view bytes, ZipTotals const& totals);
// For an entry that was passed over: only the compressed length is known. 0: there is none.
std::size_t skipped_descriptor_length(std::string_view bytes, std::uint64_t compressed);

}  // namespace postern::wire

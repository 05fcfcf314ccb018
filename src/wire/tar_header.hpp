// The 512 octets before each entry of a tar archive: ustar (POSIX.1-1988), pax (POSIX.1-2001), GNU's and
// V7's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

constexpr std::size_t tar_block = 512;

struct TarHeader {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t changed = 0;  // seconds since 1970
  char type = '0';

  bool has_content() const { return type < '1' || type > '6'; }  // links, devices and folders have none
  bool is_file() const { return type == '0' || type == '\0' || type == '7'; }
};

// Absent: it is no header; its sum is wrong. `block` has tar_block octets.
std::optional<TarHeader> parse_tar_header(std::string_view block);

// The values of a pax header (type 'x') that matter here, in `header` instead of its own. Records that are
// not understood are passed over.
void apply_pax_records(std::string_view records, TarHeader& header);

}  // namespace postern::wire

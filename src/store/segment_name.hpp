// The names of the spool's files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::store {

struct SegmentName {
  std::uint64_t number = 0;
  bool set_aside = false;  // because it is damaged
};

std::string print(SegmentName const& name);
std::optional<SegmentName> parse_segment_name(std::string_view name);  // absent: it is another file

}  // namespace postern::store

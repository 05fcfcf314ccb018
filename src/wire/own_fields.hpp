// Header fields that only this server may write: X-Postern-*. Those of others are taken out (header_filter),
// or counted, where another program keeps the message and is told to take them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

bool is_own_field(std::string_view name);

// The fields of this kind in one header section, as they go by. Bounds: 10,000 of them, far more than an MTA
// lets a message have.
class OwnFieldCounts {
 public:
  struct Field {
    std::string name;
    std::uint32_t count = 0;
  };

  void add(std::string_view name);  // any other field is passed over
  void clear();
  std::vector<Field> const& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;  // by name, in lower case
  std::size_t all_ = 0;
};

}  // namespace postern::wire

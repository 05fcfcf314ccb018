// Countries of networks, by a table that the owner gives: one line "network,country" for each, such as
// "192.0.2.0/24,DE"; a first line that names the columns, empty lines and those that begin with # are passed
// over. The longest prefix counts. Bounds: memory grows with the table.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::whatif {

class Countries {
 public:
  static Result<Countries, std::string> parse(std::string_view table);  // the error is a sentence
  std::string_view of(IpAddress const& address) const;                  // empty: in none of the networks

 private:
  bool add(std::string_view network, std::string_view country);

  // By the length of the prefix, of 128 bits of the mapped form: from the network's first address.
  std::array<boost::unordered_flat_map<IpAddress, std::uint32_t, IpAddressHash>, 129> by_length_;
  std::vector<std::string> names_;
  boost::unordered_flat_map<std::string, std::uint32_t> index_;
};

}  // namespace postern::whatif

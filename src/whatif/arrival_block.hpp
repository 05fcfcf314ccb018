// The arrivals of a log alone, compactly: what `postern whatif --extract` writes on each of many hosts, and
// what is merged afterwards. The format is described in docs/extract.md.
//
// Pure. Bounds: a block holds at most `most_arrivals` receptions and is at most `max_block` bytes long; a
// text longer than `max_text` is cut off.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

// The first bytes of an extract, of version 1.
constexpr std::string_view extract_magic{"PSTARR\x01\n", 8};

// Gathers receptions and writes them as one block. Each block is complete in itself.
class ArrivalBlock {
 public:
  static constexpr std::size_t most_arrivals = 65'536;
  static constexpr std::size_t full_at = 4U << 20;  // bytes
  static constexpr std::size_t max_block = 16U << 20;
  static constexpr std::size_t max_text = 1024;

  void add(Reception const& reception);
  bool is_empty() const { return arrivals_ == 0; }
  bool is_full() const;

  // The block with its length before it. It is empty afterwards.
  std::string take();

 private:
  std::uint64_t text(std::string_view text);  // its place among the block's texts
  std::uint64_t host(Reception const& reception);

  std::uint64_t arrivals_ = 0;
  std::int64_t last_ = 0;  // microseconds since 1970, of the reception before
  std::string texts_, hosts_, records_;
  std::uint64_t text_count_ = 0, host_count_ = 0;
  boost::unordered_flat_map<std::string, std::uint64_t> text_places_, host_places_;
};

// Gives the receptions of a block (without its length) to `sink`. An error is a sentence; what was read
// before it has been given.
Result<std::uint64_t, std::string> read_arrival_block(std::string_view block, ReceptionSink& sink);

}  // namespace postern::whatif

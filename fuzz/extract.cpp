// What --extract has written, from a stranger's hand.
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::fuzz::read_both_ways(postern::whatif::Format::extract, text);
  return 0;
}

// The journal's export format, with its lengths.
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  postern::fuzz::read_both_ways(postern::whatif::Format::journal,
                                {reinterpret_cast<char const*>(data), size});
  return 0;
}

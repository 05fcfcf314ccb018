// JSON lines and tables; and the recogniser, which sees everything first.
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using postern::whatif::Format;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::fuzz::read_both_ways(Format::json_lines, text);
  postern::fuzz::read_both_ways(Format::csv, text);
  static_cast<void>(postern::whatif::recognise(text));
  return 0;
}

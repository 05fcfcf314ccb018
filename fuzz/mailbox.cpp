// Mailboxes and messages: their parting, their headers, their border.
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using postern::whatif::Format;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::fuzz::read_both_ways(Format::mbox, text);
  postern::fuzz::read_both_ways(Format::message, text);
  return 0;
}

// System logs with Postfix, sendmail, OpenSMTPD, Exim and Barracuda in them: never fatal, the same however
// they are cut, no more messages than lines.
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::fuzz::read_both_ways(postern::whatif::Format::system_log, text);
  return 0;
}

// Logs that are not system logs; the first byte chooses which.
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using postern::whatif::Format;
  if (size == 0) return 0;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  constexpr std::array formats{Format::exim,        Format::opensmtpd, Format::haraka,     Format::exchange,
                               Format::hmailserver, Format::mdaemon,   Format::smartermail};
  constexpr std::size_t to_at = 6;  // so that '@' is the first, 'A' the second
  postern::fuzz::read_both_ways(formats[(data[0] + to_at) % formats.size()], text);
  return 0;
}

// What may lie in a damaged segment: headers, envelopes, settlements, accept records.
#include "expect.hpp"
#include "wire/segment_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern::wire;
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  static_cast<void>(decode_segment_header(bytes));
  if (size >= 8) {
    std::uint64_t salt = 0;
    for (std::size_t i = 0; i < 8; ++i) salt |= std::uint64_t{data[i]} << (8 * i);
    if (auto const header = decode_record_header(bytes, salt)) {
      POSTERN_EXPECT(header->length <= record_payload_limit);
      static_cast<void>(checksum_holds(*header, salt, bytes.substr(std::min(size, record_header_size))));
    }
  }
  if (auto const accept = decode_accept(bytes))
    POSTERN_EXPECT(encode_accept(accept->chunks, accept->envelope) == bytes);
  if (auto const settlements = decode_settlements(bytes))
    POSTERN_EXPECT(decode_settlements(encode(*settlements)).has_value());
  if (auto const envelope = decode_envelope(bytes))
    POSTERN_EXPECT(decode_envelope(encode(*envelope)).has_value());
  return 0;
}

// Messages as a server without 8BITMIME gets them: 7 bits only, the same however the message is cut, every
// part decodes to what it was, and what has been converted once is not changed again.
#include "wire/seven_bit.hpp"

#include "base/ascii.hpp"
#include "expect.hpp"
#include "support/decoded_contents.hpp"
#include "support/line_ends.hpp"
#include "wire/content_intake.hpp"

namespace {

std::optional<std::string> in_pieces(std::string_view message, std::size_t cut) {
  postern::wire::SevenBitPlan plan;
  for (std::size_t at = 0; at < message.size(); at += cut) plan.feed(message.substr(at, cut));
  plan.finish();
  if (!plan.obstacle().empty()) return std::nullopt;
  postern::wire::SevenBit converter(plan.forms());
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += cut) converter.feed(message.substr(at, cut), out);
  converter.finish(out);
  return out;
}

void expect_sound(std::string_view message) {
  using namespace postern;
  auto const plain = wire::to_seven_bit(message);
  POSTERN_EXPECT(in_pieces(message, 1) == plain);
  POSTERN_EXPECT(in_pieces(message, 7) == plain);
  if (!plain) return;
  POSTERN_EXPECT(is_ascii(*plain));
  POSTERN_EXPECT(tests::decoded_contents(*plain) == tests::decoded_contents(message));
  POSTERN_EXPECT(wire::to_seven_bit(*plain) == plain);
  if (tests::only_crlf(message)) POSTERN_EXPECT(tests::only_crlf(*plain));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  expect_sound(bytes);
  expect_sound(postern::wire::take_in(bytes, postern::wire::Body::seven_bit).content);
  return 0;
}

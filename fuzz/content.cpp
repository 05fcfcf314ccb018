// Content from one server's wire to the next: the end of DATA is as the definition says, however the bytes
// come; nothing but CRLF is kept, and nothing that joins or passes for our own fields; what leaves is read on
// the other side as it was kept.
#include "dialogue/content.hpp"

#include "base/ascii.hpp"
#include "expect.hpp"
#include "support/line_ends.hpp"
#include "wire/content_door.hpp"
#include "wire/seven_bit.hpp"

namespace {

struct Fed {
  std::string kept;
  std::size_t taken = 0;
  bool ended = false;
};

Fed feed(postern::dialogue::SmtpSettings const& settings, std::string_view bytes, std::size_t piece) {
  postern::dialogue::Content content(settings);
  Fed fed;
  while (fed.taken < bytes.size() && content.wants_more())
    fed.taken += content.feed(bytes.substr(fed.taken, piece), fed.kept);
  fed.ended = !content.wants_more();
  return fed;
}

// By BDAT, in chunks of seven bytes.
std::string by_chunks(postern::dialogue::SmtpSettings const& settings, std::string_view bytes, bool binary) {
  postern::dialogue::Content content(settings);
  std::string kept;
  do {
    auto const chunk = bytes.substr(0, 7);
    bytes.remove_prefix(chunk.size());
    content.begin_chunk(chunk.size(), bytes.empty(), binary);
    content.feed(chunk, kept);
  } while (!bytes.empty());
  return kept;
}

std::string let_out(postern::wire::LeavesBy by, std::string_view content) {
  postern::wire::ContentDoor door(by, postern::wire::Body::seven_bit);
  std::string out;
  for (; content.size() > 5; content.remove_prefix(5)) out += door.pass(content.substr(0, 5), false);
  return out + door.pass(content, true);
}

void expect_good(std::string const& kept) {
  using namespace postern;
  POSTERN_EXPECT(tests::only_crlf(kept));
  POSTERN_EXPECT(!kept.empty() && kept.front() != ' ' && kept.front() != '\t');
  auto const header = "\r\n" + kept.substr(0, kept.find("\r\n\r\n"));
  POSTERN_EXPECT(kept.substr(0, 2) == "\r\n" || header.find("\r\nX-Postern-Flag:") == std::string::npos);
  auto const sent = let_out(wire::LeavesBy::data, kept);
  POSTERN_EXPECT(tests::only_crlf(sent) && tests::ends_once(sent));
  wire::ContentEnd end;
  std::string read;
  POSTERN_EXPECT(end.feed(sent, [&](std::string_view bytes) { read += bytes; }) == sent.size());
  POSTERN_EXPECT(read == kept || read == kept + "\r\n");
  POSTERN_EXPECT(let_out(wire::LeavesBy::chunks, kept) == kept);
  POSTERN_EXPECT(let_out(wire::LeavesBy::file, kept).find('\r') == std::string::npos);
  auto const plain = wire::to_seven_bit(kept);
  POSTERN_EXPECT(!plain || is_ascii(*plain));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  postern::dialogue::SmtpSettings const settings;
  auto const whole = feed(settings, bytes, bytes.size());
  auto const single = feed(settings, bytes, 1);
  POSTERN_EXPECT(whole.ended == single.ended && whole.taken == single.taken);
  if (whole.ended) POSTERN_EXPECT(whole.kept == single.kept);
  std::string const framed = "\r\n" + std::string(bytes);
  auto const end = framed.find("\r\n.\r\n");
  POSTERN_EXPECT(whole.ended == (end != std::string::npos));
  if (whole.ended) {
    POSTERN_EXPECT(whole.taken == end + 3);
    expect_good(whole.kept);
  }
  expect_good(by_chunks(settings, bytes, false));
  by_chunks(settings, bytes, true);
  return 0;
}

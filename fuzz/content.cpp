// The end of DATA: as the definition says, the same however the bytes come, and nothing but CRLF in what is
// kept.
#include "dialogue/content.hpp"

#include "expect.hpp"

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
    for (std::size_t i = 0; i < whole.kept.size(); ++i) {
      if (whole.kept[i] == '\r') POSTERN_EXPECT(i + 1 < whole.kept.size() && whole.kept[i + 1] == '\n');
      if (whole.kept[i] == '\n') POSTERN_EXPECT(i > 0 && whole.kept[i - 1] == '\r');
    }
  }
  return 0;
}

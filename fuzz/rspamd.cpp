// What rspamd replies: HTTP, and the JSON in it. Each input is read as both.
#include "wire/rspamd.hpp"

#include "expect.hpp"
#include "wire/header_fields.hpp"

namespace {

void judge(std::string_view text) {
  using namespace postern::wire;
  auto const verdict = parse_rspamd_verdict(text);
  if (!verdict) return;
  POSTERN_EXPECT(verdict->symbols.size() <= 500);
  HeaderFields fields("From: a@b.example\r\nSubject: x\r\n");
  for (auto const& change : verdict->changes.header()) fields.apply(change);
  POSTERN_EXPECT(end_of_header(fields.print()) == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  judge(text);
  postern::wire::HttpReplyReader at_once;
  postern::wire::HttpReplyReader in_bytes;
  auto const whole = at_once.feed(text);
  bool complete = false;
  for (std::size_t i = 0; i < size && !complete; ++i) {
    auto const read = in_bytes.feed(text.substr(i, 1));
    if (!read) return 0;
    complete = *read;
  }
  POSTERN_EXPECT(!whole || *whole == complete);
  if (complete) judge(in_bytes.body());
  return 0;
}

// How the body of a part is encoded.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "support/exhaustive.hpp"
#include "support/line_ends.hpp"
#include "wire/base64_lines.hpp"
#include "wire/mime.hpp"
#include "wire/quoted_printable.hpp"

namespace postern::wire {
namespace {

std::string leaves_of(std::string_view message) {
  std::string out;
  for (auto const& leaf : mime_leaves(message)) out += leaf.type + "{" + leaf.content + "}";
  return out;
}

TEST(QuotedPrintable, IsReadBackAsItWas) {  // RFC 2045 section 6.7
  std::string const head = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  tests::for_each_string("a= \t\xE9.", 5, [&](std::string_view text) {
    std::string const lines = std::string(text) + "\r\n" + std::string(text) + "\r\n";
    auto const encoded = quoted_printable(lines);
    ASSERT_TRUE(is_ascii(encoded));
    ASSERT_EQ(leaves_of(head + encoded), "text/plain{" + lines + "}");
  });
}

TEST(QuotedPrintable, KeepsItsLinesShort) {
  for (std::size_t length = 0; length < 400; ++length) {
    auto const encoded = quoted_printable(std::string(length, length % 2 == 0 ? '=' : 'x'));
    for (std::size_t at = 0; at < encoded.size();) {
      auto const end = std::min(encoded.find("\r\n", at), encoded.size());
      ASSERT_LE(end - at, 76U) << length;
      at = end + 2;
    }
  }
}

TEST(QuotedPrintable, IsTheSameHoweverTheTextIsCut) {
  tests::for_each_string("-a \r\n\xE9", 6, [](std::string_view text) {
    QuotedPrintable encoder;
    std::string out;
    for (char const c : text) encoder.feed(std::string_view(&c, 1), out);
    encoder.finish(out);
    ASSERT_EQ(out, quoted_printable(text)) << testing::PrintToString(text);
    ASSERT_TRUE(tests::only_crlf(out)) << testing::PrintToString(text);
    ASSERT_EQ(("\n" + out).find("\n-"), std::string::npos) << "it could pass for a delimiter";
  });
}

TEST(Base64Lines, AreReadBackAndShortHoweverTheBytesAreCut) {  // RFC 2045 section 6.8
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i * 7);
    for (std::size_t const cut : {std::size_t{1}, std::size_t{56}, std::size_t{57}, std::size_t{58}}) {
      Base64Lines encoder;
      std::string out;
      for (std::size_t at = 0; at < length; at += cut)
        encoder.feed(std::string_view(bytes).substr(at, cut), out);
      encoder.finish(out);
      ASSERT_EQ(decode_base64(out), bytes);
      ASSERT_TRUE(tests::only_crlf(out));
      for (std::size_t at = 0; at < out.size(); at = std::min(out.find("\r\n", at), out.size() - 2) + 2)
        ASSERT_LE(std::min(out.find("\r\n", at), out.size()) - at, 76U);
    }
  }
}

}  // namespace
}  // namespace postern::wire

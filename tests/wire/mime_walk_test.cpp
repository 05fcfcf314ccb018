#include "wire/mime_walk.hpp"

#include <gtest/gtest.h>

#include "support/exhaustive.hpp"

namespace postern::wire {
namespace {

TEST(MimeWalk, TellsEveryByteInItsOrder) {
  struct Rewriter : MimeVisitor {
    void on_begin() override {}
    void on_header(std::string_view bytes, FieldKind) override { out += bytes; }
    void on_head(EntityHead const& head) override { out += head.has_empty_line ? "\r\n" : ""; }
    void on_body(std::string_view bytes) override { out += bytes; }
    void on_outside(std::string_view bytes) override { out += bytes; }
    void on_delimiter(std::string_view bytes) override { out += bytes; }
    void on_end() override {}
    std::string out;
  };
  tests::for_each_string("-b\r\n:", 6, [](std::string_view text) {
    for (std::string const head : {"", "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
                                   "Content-Type: multipart/digest; boundary=\"b\"\r\n\r\n--b\r\n"}) {
      std::string const message = head + std::string(text);
      Rewriter rewriter;
      MimeWalk walk(rewriter);
      walk.feed(std::string_view(message).substr(0, message.size() / 2));
      walk.feed(std::string_view(message).substr(message.size() / 2));
      walk.finish();
      ASSERT_EQ(rewriter.out, message) << testing::PrintToString(message);
    }
  });
}

}  // namespace
}  // namespace postern::wire

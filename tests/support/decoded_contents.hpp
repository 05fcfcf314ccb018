// What the parts of a message are once decoded, in order: those that have no parts themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/mime.hpp"
#include "wire/mime_walk.hpp"

namespace postern::tests {

class DecodedContents : public wire::MimeVisitor {
 public:
  void on_begin() override { open_.push_back({}); }
  void on_header(std::string_view, wire::FieldKind) override {}
  void on_head(wire::EntityHead const& head) override {
    open_.back().has_parts =
        head.kind == wire::EntityKind::multipart || head.kind == wire::EntityKind::message;
    open_.back().encoding = head.encoding;
  }
  void on_body(std::string_view bytes) override { open_.back().body += bytes; }
  void on_outside(std::string_view) override {}
  void on_delimiter(std::string_view) override {}
  void on_end() override {
    auto const& part = open_.back();
    if (!part.has_parts)
      contents.push_back(
          wire::mime_leaves("Content-Transfer-Encoding: " + part.encoding + "\r\n\r\n" + part.body)
              .front()
              .content);
    open_.pop_back();
  }

  std::vector<std::string> contents;

 private:
  struct Part {
    bool has_parts = false;
    std::string encoding = {};
    std::string body = {};
  };
  std::vector<Part> open_;
};

inline std::vector<std::string> decoded_contents(std::string_view message) {
  DecodedContents contents;
  wire::MimeWalk walk(contents);
  walk.feed(message);
  walk.finish();
  return contents.contents;
}

}  // namespace postern::tests

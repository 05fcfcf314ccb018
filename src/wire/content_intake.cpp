#include "wire/content_intake.hpp"

#include "base/ascii.hpp"
#include "wire/header_section.hpp"

namespace postern::wire {

void ContentIntake::feed(std::string_view bytes, std::string& out) {
  if (keeps_newlines_) return filter_.feed(bytes, out);
  if (filter_.in_body()) return newlines_.feed(bytes, out);
  std::string lines;
  newlines_.feed(bytes, lines);
  filter_.feed(lines, out);
}

void ContentIntake::finish(std::string& out) {
  std::string lines;
  newlines_.finish(lines);
  filter_.feed(lines, out);
  filter_.finish(out);
}

TakenIn take_in(std::string_view content, Body body) {
  TakenIn taken;
  ContentIntake intake;
  intake.declare(body);
  taken.content.reserve(content.size() + 2);
  intake.feed(content, taken.content);
  intake.finish(taken.content);
  HeaderSection header;
  header.feed(taken.content);
  taken.traits = {.header_8bit = header.has_8bit(),
                  .content_8bit = !is_ascii(taken.content),
                  .tls_optional = header.tls_optional()};
  return taken;
}

}  // namespace postern::wire

#include "wire/content_door.hpp"

#include <utility>

#include "base/assert.hpp"

namespace postern::wire {

ContentDoor::ContentDoor(LeavesBy by, Body body, std::optional<std::vector<EntityForm>> forms)
    : by_(by), keeps_octets_(body == Body::binary_mime) {
  POSTERN_ASSERT(!(by_ == LeavesBy::data && keeps_octets_));
  POSTERN_ASSERT(!(forms && keeps_octets_));
  if (forms) seven_bit_.emplace(*std::move(forms));
}

std::string ContentDoor::pass(std::string_view piece, bool last) {
  POSTERN_ASSERT(!closed_);
  closed_ = last;
  std::string converted;
  if (seven_bit_) {
    seven_bit_->feed(piece, converted);
    if (last) seven_bit_->finish(converted);
    piece = converted;
  }
  std::string signed_piece;
  if (!first_.empty()) {
    signed_piece = std::exchange(first_, {});
    signed_piece += piece;
    piece = signed_piece;
  }
  if (keeps_octets_) return by_ == LeavesBy::file ? for_file(piece, last) : std::string(piece);
  std::string lines;
  lines.reserve(piece.size() + 2);
  newlines_.feed(piece, lines);
  if (last) newlines_.finish(lines);
  std::string out;
  switch (by_) {
    case LeavesBy::data: out = for_data(lines, last); break;
    case LeavesBy::chunks: out = std::move(lines); break;
    case LeavesBy::file: out = for_file(lines, last); break;
  }
  POSTERN_ASSERT(line_ends_.feed(out) && (!last || line_ends_.complete()));
  if (by_ == LeavesBy::file) std::erase(out, '\r');  // each stands before an LF
  return out;
}

std::string ContentDoor::for_data(std::string_view lines, bool last) {
  std::string out;
  out.reserve(lines.size() + lines.size() / 64 + 8);
  dots_.feed(lines, out);
  if (last) dots_.finish(out);
  std::size_t const read = end_.feed(out, [](std::string_view) {});
  POSTERN_ASSERT(read == out.size() && end_.ended() == last);
  return out;
}

std::string ContentDoor::for_file(std::string_view text, bool last) {
  std::string out;
  out.reserve(text.size());
  filter_.feed(text, out);
  if (last) filter_.finish(out);
  return out;
}

}  // namespace postern::wire

#include "dialogue/content.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "dialogue/forged_fields.hpp"

namespace postern::dialogue {

void Content::begin_chunk(std::uint64_t size, bool last, bool binary) {
  chunked_ = true;
  chunk_left_ = size;
  last_ = last;
  if (binary) intake_.declare(wire::Body::binary_mime);
}

void Content::take_out_forged(std::string authserv_id) {
  intake_.also_remove(
      [id = std::move(authserv_id)](auto name, auto value) { return fate_of(name, value, id); });
}

void Content::verify() {
  message_check_ = std::make_shared<auth::MessageCheck>();
  intake_.keep_all();
}

std::size_t Content::feed(std::string_view bytes, std::string& out) {
  if (!chunked_) {
    std::size_t const taken = end_.feed(bytes, [&](std::string_view piece) { keep(piece, out); });
    if (end_.ended()) complete(out);
    return taken;
  }
  auto const taken = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, bytes.size()));
  keep(bytes.substr(0, taken), out);
  chunk_left_ -= taken;
  if (chunk_left_ == 0 && last_) complete(out);
  return taken;
}

void Content::keep(std::string_view bytes, std::string& out) {
  if (!keeping_ || bytes.empty()) return;
  auto const before = out.size();
  bool const was_in_body = intake_.in_body();
  intake_.feed(bytes, out);
  verify(std::string_view(out).substr(before), was_in_body);
  check(std::string_view(out).substr(before));
}

void Content::complete(std::string& out) {
  if (!keeping_) return;
  auto const before = out.size();
  bool const was_in_body = intake_.in_body();
  intake_.finish(out);
  verify(std::string_view(out).substr(before), was_in_body);
  if (message_check_) message_check_->finish();
  check(std::string_view(out).substr(before));
}

// Signatures are about what was sent, also about fields that are taken out.
void Content::verify(std::string_view added, bool was_in_body) {
  if (!message_check_) return;
  auto const all = intake_.take_all();
  message_check_->feed(was_in_body ? added : std::string_view(all));
}

void Content::check(std::string_view added) {
  size_ += added.size();
  if (!header_.ended()) header_.feed(added);
  if (originators_ && !originators_->ended()) originators_->feed(added);
  has_8bit_ = has_8bit_ || !is_ascii(added);
  // What is taken out counts as well: a limit is about what a client may send.
  auto const removed = intake_.removed();
  if (size_ + removed > settings_->max_message_size) return give_up(ContentProblem::too_large);
  if (intake_.bare_newlines() > 0 && settings_->bare_newlines == BareNewlines::reject)
    return give_up(ContentProblem::bare_newlines);
  if (header_.bytes() + removed > settings_->max_header_size)
    return give_up(ContentProblem::header_too_large);
  if (header_.received() > settings_->max_hops) return give_up(ContentProblem::too_many_hops);
}

void Content::give_up(ContentProblem problem) {
  problem_ = problem;
  keeping_ = false;
}

}  // namespace postern::dialogue

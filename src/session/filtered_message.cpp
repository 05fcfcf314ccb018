#include "session/filtered_message.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace postern::session {

FilteredMessage::~FilteredMessage() {
  drop_new_body();
  if (body_) body_->drop();
}

bool FilteredMessage::open() {
  std::string text;
  auto end = std::string::npos;
  for (std::size_t i = 0; i <= content_.pieces() && end == std::string::npos; ++i) {
    auto const piece = content_.piece(i);
    if (!piece) return false;
    text += *piece;
    end = wire::end_of_header(text);
  }
  bool const has_body = end != std::string::npos;
  if (has_body) separator_ = text[end] == '\n' ? "\n" : "\r\n";
  body_at_ = has_body ? end + separator_.size() : text.size();
  if (!has_body && !text.ends_with('\n')) text += "\r\n";  // so that something can follow
  header_ = wire::HeaderFields(std::string_view(text).substr(0, end));
  return true;
}

std::uint64_t FilteredMessage::size() const {
  return header_.size() + separator_.size() + body().size() - body_at_;
}

bool FilteredMessage::has_8bit_header() const {
  auto const& fields = header_.fields();
  return std::any_of(fields.begin(), fields.end(), [](auto const& field) { return !is_ascii(field.text); });
}

void FilteredMessage::rewind() {
  rewind_to_body();
  gives_header_ = true;
}

void FilteredMessage::rewind_to_body() {
  gives_header_ = false;
  next_piece_ = 0;
  to_skip_ = body_at_;
}

FilteredMessage::Piece FilteredMessage::next() {
  if (std::exchange(gives_header_, false)) return std::optional(header_.print() + separator_);
  while (next_piece_ <= body().pieces()) {
    auto piece = body().piece(next_piece_++);
    if (!piece) return fail(piece.error());
    auto const skipped = std::min<std::uint64_t>(to_skip_, piece->size());
    piece->erase(0, static_cast<std::size_t>(skipped));
    to_skip_ -= skipped;
    if (!piece->empty()) return std::optional(*std::move(piece));
  }
  return std::optional<std::string>();
}

void FilteredMessage::begin_new_body() {
  drop_new_body();
  newlines_ = {};
  new_body_ = std::make_unique<MessageIntake>(spool_, loop_);
  new_body_->begin(spool_.next_id(), {});
}

net::Task<bool> FilteredMessage::add_to_new_body(std::string bytes) {
  newlines_.feed(bytes, new_body_->body());
  if (!new_body_->wants_store()) co_return true;
  auto const stored = co_await new_body_->store_piece();
  co_return stored;
}

void FilteredMessage::end_new_body() {
  if (!new_body_) return;
  newlines_.finish(new_body_->body());
  if (body_) body_->drop();
  body_ = std::move(new_body_);
  body_at_ = 0;
  separator_ = "\r\n";
}

void FilteredMessage::drop_new_body() {
  if (new_body_) new_body_->drop();
  new_body_.reset();
}

}  // namespace postern::session

#include "wire/seven_bit_plan.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "wire/quoted_printable.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t most_entities = 10'000;
constexpr std::size_t longest_seven_bit_line = 998;

bool is_line_end_piece(std::string_view bytes) { return bytes == "\r\n"; }

// Whether the piece of a line has what no line of 7bit data has (RFC 2045 section 2.7), its length aside.
bool breaks_seven_bit(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(),
                     [](char c) { return is_8bit(c) || c == '\0' || c == '\r' || c == '\n'; });
}

// Whether the label says that there is more than 7-bit data. Where the empty line behind it is missing it
// stays: a new one would be followed by an empty line, and what comes next might be read differently.
bool wants_new_label(EntityHead const& head) {
  return head.has_empty_line && !head.encoding.empty() && head.encoding != "7bit";
}

}  // namespace

void SevenBitPlan::refuse(std::string why) {
  if (obstacle_.empty()) obstacle_ = std::move(why);
}

void SevenBitPlan::on_begin() {
  if (forms_.size() == most_entities) refuse("it has more than 10,000 parts");
  open_.push_back({.index = forms_.size()});
  forms_.push_back(EntityForm::as_it_is);
}

void SevenBitPlan::on_header(std::string_view bytes, FieldKind) {
  if (!is_line_end_piece(bytes) && breaks_seven_bit(bytes)) refuse("a header field has 8-bit characters");
}

void SevenBitPlan::on_head(EntityHead const& head) { open_.back().head = head; }

void SevenBitPlan::on_body(std::string_view bytes) {
  auto& entity = open_.back();
  entity.octets += bytes.size();
  if (is_line_end_piece(bytes)) {
    entity.line_length = 0;
    return;
  }
  entity.line_length += bytes.size();
  entity.has_long_line = entity.has_long_line || entity.line_length > longest_seven_bit_line;
  entity.has_8bit = entity.has_8bit || breaks_seven_bit(bytes);
  entity.quoted += static_cast<std::uint64_t>(
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return !QuotedPrintable::is_literal(c); }));
}

void SevenBitPlan::on_outside(std::string_view bytes) {
  if (is_line_end_piece(bytes) || !breaks_seven_bit(bytes)) return;
  open_.back().outside_8bit = true;
  // Some readers show it as text of the last part, and so it may be.
  if (open_.back().is_closed) refuse("8-bit text stands behind its last part");
  if (open_.back().is_doubtful) refuse("a line of it may separate parts, or be text");
}

void SevenBitPlan::on_delimiter(std::string_view bytes) {
  open_.back().is_closed = trimmed(bytes).ends_with("--");
  if (!open_.back().is_closed) ++open_.back().parts;
}

void SevenBitPlan::on_doubt() {
  for (auto& entity : open_) entity.is_doubtful = true;
}

void SevenBitPlan::on_end() {
  auto const form = form_of(open_.back());
  forms_[open_.back().index] = form;
  open_.pop_back();
  if (!open_.empty() && form != EntityForm::as_it_is) open_.back().is_changed = true;
}

EntityForm SevenBitPlan::form_of(Open const& entity) {
  bool const is_encoded = entity.has_8bit || entity.has_long_line;
  if (entity.is_doubtful && is_encoded) refuse("a line of it may separate parts, or be text");
  switch (entity.head.kind) {
    case EntityKind::closed:
      if (entity.has_8bit)
        refuse("a part of type " + printable(entity.head.type, 60) + " must stay as it is");
      return EntityForm::as_it_is;
    case EntityKind::multipart:
      if (entity.outside_8bit && entity.parts == 0) refuse("it has no parts where it says that it has some");
      break;
    case EntityKind::message: break;
    case EntityKind::leaf: return form_of_leaf(entity);
  }
  bool const anew = entity.is_changed || wants_new_label(entity.head);
  return anew ? EntityForm::seven_bit : EntityForm::as_it_is;
}

EntityForm SevenBitPlan::form_of_leaf(Open const& entity) {
  constexpr std::uint64_t short_text = 100;  // it stays legible whatever it costs
  auto const& head = entity.head;
  if (!entity.has_8bit && !entity.has_long_line)
    return wants_new_label(head) ? EntityForm::seven_bit : EntityForm::as_it_is;
  bool const text = istarts_with(head.type, "text") || istarts_with(head.type, "message/");
  bool const legible = text && entity.quoted * 3 <= entity.octets + short_text;
  return legible ? EntityForm::quoted_printable : EntityForm::base64;
}

}  // namespace postern::wire

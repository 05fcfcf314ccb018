#include "wire/mime_walk.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "wire/mime.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t deepest_entity = 20;
constexpr std::size_t line_start_limit = 1000;  // bytes by which it is known what a line is
constexpr std::size_t type_fields_limit = 16 * 1024;
constexpr std::size_t boundary_limit = 250;  // RFC 2046 section 5.1.1 allows 70

bool is_field_name(std::string_view name) {  // RFC 5322 section 2.2
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// The name of the field that the line begins, which may have blanks before its colon (RFC 5322 section 4.5);
// empty: it begins none.
std::string_view name_of_field(std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || is_blank(line.front())) return {};
  auto const name = trimmed(line.substr(0, colon));
  return is_field_name(name) ? name : std::string_view();
}

// Encodings in which a body has been written already.
bool encodes(std::string_view encoding) {
  return istarts_with(encoding, "base64") || istarts_with(encoding, "quoted-printable") ||
         istarts_with(encoding, "x-") || istarts_with(encoding, "uuencode");
}

bool is_all_blank(std::string_view text) { return std::all_of(text.begin(), text.end(), is_blank); }

// Without parameters and comments.
std::string first_word(std::string_view value) {
  return std::string(value.substr(0, value.find_first_of(" \t\r\n(;")));
}

}  // namespace

void MimeWalk::begin() {
  if (!std::exchange(begun_, true)) begin_entity({.of_message = true});
}

void MimeWalk::feed(std::string_view bytes) {
  begin();
  while (!bytes.empty()) {
    if (!in_line_) {
      auto const line_feed = bytes.find('\n');
      auto const most = std::min(bytes.size(), line_start_limit - start_.size());
      auto const count = line_feed < most ? line_feed + 1 : most;
      start_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      if (start_.ends_with("\r\n"))
        take_start(Read::to_its_end);
      else if (start_.size() == line_start_limit || !may_become_something())
        take_start(Read::in_part);
      continue;
    }
    if (std::exchange(after_cr_, false)) {
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        end_line();
        continue;
      }
      take_text("\r");
    }
    auto const cr = std::min(bytes.find('\r'), bytes.size());
    take_text(bytes.substr(0, cr));
    after_cr_ = cr < bytes.size();
    bytes.remove_prefix(cr + (after_cr_ ? 1 : 0));
  }
}

void MimeWalk::finish() {
  begin();
  if (!start_.empty()) take_start(Read::to_the_last_byte);
  if (std::exchange(after_cr_, false)) take_text("\r");
  release_line_end();
  while (!entities_.empty()) end_entity();
}

// Whether more of the line that has begun is needed in order to know what it is.
bool MimeWalk::may_become_something() const {
  if (at_ == At::header) return true;
  return bounded_ > 0 &&
         std::string_view(start_).substr(0, 2) == std::string_view("--").substr(0, start_.size());
}

void MimeWalk::take_start(Read read) {
  auto const start = std::exchange(start_, {});
  std::string_view line = start;
  bool const ended = read == Read::to_its_end;
  if (ended) line.remove_suffix(2);
  if (read != Read::in_part && take_delimiter(line, ended)) return;
  if (!ended && line.back() == '\r') {  // it may begin the end of the line
    line.remove_suffix(1);
    after_cr_ = true;
  }
  in_line_ = true;
  if (at_ == At::header)
    take_header_line(line, read);
  else
    take_text(line);
  if (in_line_ && ended) end_line();
}

bool MimeWalk::take_delimiter(std::string_view line, bool ended) {
  if (bounded_ == 0 || line.substr(0, 2) != "--") return false;
  bool is_doubtful = false;
  for (std::size_t i = entities_.size(); i-- > 0;) {
    auto const& boundary = entities_[i].boundary;
    if (boundary.empty() || line.substr(2, boundary.size()) != boundary) continue;
    auto const behind = line.substr(2 + boundary.size());
    bool const last = behind.substr(0, 2) == "--";
    if (!is_all_blank(last ? behind.substr(2) : behind)) {
      is_doubtful = true;
      continue;
    }
    while (entities_.size() > i + 1) end_entity();
    std::string const before = std::exchange(held_end_, false) ? "\r\n" : "";
    visitor_.on_delimiter(before + std::string(line) + (ended ? "\r\n" : ""));
    at_ = At::outside;
    if (last) {
      entities_[i].boundary.clear();
      --bounded_;
    } else {
      begin_entity({.message_by_default = entities_[i].of_messages});
    }
    return true;
  }
  if (is_doubtful) visitor_.on_doubt();
  return false;
}

void MimeWalk::take_header_line(std::string_view line, Read read) {
  bool const ended = read == Read::to_its_end;
  if (ended && line.empty()) {
    in_line_ = false;
    return end_header(true);
  }
  if (!line.empty() && is_blank(line.front()) && seen_field_) return take_text(line);
  auto const name = name_of_field(line);
  if (!name.empty()) return take_field_start(name, line);
  end_header(false);
  if (at_ == At::header) return take_header_line(line, read);  // of the message within
  bool const whole = read != Read::in_part && !after_cr_;
  if (whole && take_delimiter(line, ended))  // of the multipart that it has turned out to be
    in_line_ = false;
  else
    take_text(line);
}

void MimeWalk::take_field_start(std::string_view name, std::string_view line) {
  bool const type = iequals(name, "Content-Type");
  bool const encoding = iequals(name, "Content-Transfer-Encoding");
  auto& entity = entities_.back();
  entity.types += type ? 1 : 0;
  entity.encodings += encoding ? 1 : 0;
  entity.has_version = entity.has_version || iequals(name, "MIME-Version");
  seen_field_ = true;
  keeps_field_ = type || encoding;
  field_ = encoding ? FieldKind::transfer_encoding : FieldKind::other;
  if (keeps_field_) {  // without the blanks before its colon
    fields_ += name;
    fields_ += line.substr(line.find(':'));
  }
  visitor_.on_header(line, field_);
}

// Of the current line, without its end.
void MimeWalk::take_text(std::string_view text) {
  if (text.empty()) return;
  switch (at_) {
    case At::header:
      if (keeps_field_ && fields_.size() <= type_fields_limit) fields_ += text;
      visitor_.on_header(text, field_);
      return;
    case At::body:
      release_line_end();
      visitor_.on_body(text);
      return;
    case At::outside: visitor_.on_outside(text); return;
  }
}

void MimeWalk::end_line() {
  in_line_ = false;
  switch (at_) {
    case At::header:
      if (keeps_field_) fields_ += "\r\n";
      visitor_.on_header("\r\n", field_);
      return;
    case At::body:
      release_line_end();
      held_end_ = true;
      return;
    case At::outside: visitor_.on_outside("\r\n"); return;
  }
}

void MimeWalk::begin_entity(Entity entity) {
  entities_.push_back(std::move(entity));
  at_ = At::header;
  fields_.clear();
  keeps_field_ = false;
  seen_field_ = false;
  field_ = FieldKind::other;
  visitor_.on_begin();
}

void MimeWalk::end_header(bool has_empty_line) {
  auto& entity = entities_.back();
  std::string_view fields = fields_;
  auto const header = take_mime_header(fields);
  EntityHead head{.type = first_word(header.type),
                  .encoding = first_word(header.encoding),
                  .of_message = entity.of_message,
                  .has_type = entity.types > 0,
                  .has_version = entity.has_version,
                  .has_empty_line = has_empty_line};
  if (!head.has_type && entity.message_by_default) head.type = "message/rfc822";
  head.kind = kind_of(head, header.boundary);
  entity.of_messages = head.type == "multipart/digest";
  at_ = head.kind == EntityKind::multipart ? At::outside : At::body;
  if (head.kind == EntityKind::multipart) {
    entity.boundary = header.boundary;
    ++bounded_;
  }
  visitor_.on_head(head);
  if (head.kind == EntityKind::message) begin_entity({.of_message = true});
}

EntityKind MimeWalk::kind_of(EntityHead const& head, std::string const& boundary) const {
  bool const multipart = istarts_with(head.type, "multipart/");
  bool const message = head.type == "message/rfc822";
  auto const& entity = entities_.back();
  // Readers differ in which of two fields they believe.
  if (entity.types > 1 || entity.encodings > 1 || fields_.size() > type_fields_limit)
    return EntityKind::closed;
  if (encodes(head.encoding) || head.type == "multipart/signed") return EntityKind::closed;  // RFC 1847
  if (head.type == "message/partial" || head.type == "message/external-body")  // RFC 2046 section 5.2.2
    return EntityKind::closed;
  if (!multipart && !message) return EntityKind::leaf;
  if (entities_.size() >= deepest_entity) return EntityKind::closed;
  if (message) return EntityKind::message;
  bool const usable = !boundary.empty() && boundary.size() <= boundary_limit;
  return usable ? EntityKind::multipart : EntityKind::closed;
}

void MimeWalk::end_entity() {
  while (at_ == At::header) end_header(false);  // each message within has a header section of its own
  auto const& entity = entities_.back();
  if (!entity.boundary.empty()) --bounded_;
  entities_.pop_back();
  at_ = At::outside;
  visitor_.on_end();
}

void MimeWalk::release_line_end() {
  if (std::exchange(held_end_, false)) visitor_.on_body("\r\n");
}

}  // namespace postern::wire

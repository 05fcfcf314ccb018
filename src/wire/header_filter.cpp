#include "wire/header_filter.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/own_fields.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t start_limit = 998;  // RFC 5322 section 2.1.1
constexpr std::size_t held_limit = 16U << 10;

bool is_line_end(char c) { return c == '\r' || c == '\n'; }
bool is_name_char(char c) { return c > ' ' && c < 0x7F && c != ':'; }  // RFC 5322 section 2.2

// "From a@b.example Thu Jan  1 00:00:00 1970", and with the ">" by which mailbox files quote it.
bool begins_mailbox_line(std::string_view start) {
  start.remove_prefix(std::min(start.find_first_not_of('>'), start.size()));
  return start.substr(0, 5) == "From ";
}

}  // namespace

void HeaderFilter::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    switch (at_) {
      case At::line_start:
        if (takes_into_start(bytes.front(), out)) bytes.remove_prefix(1);
        break;
      case At::line: {
        auto const end = std::min(bytes.find_first_of("\r\n"), bytes.size());
        pass(bytes.substr(0, end), out);
        bytes.remove_prefix(end);
        if (!bytes.empty()) at_ = At::line_end;
        break;
      }
      case At::line_end:
        at_ = bytes.front() == '\r' ? At::after_cr : At::line_start;
        pass(bytes.substr(0, 1), out);
        bytes.remove_prefix(1);
        break;
      case At::after_cr:
        at_ = At::line_start;
        if (bytes.front() != '\n') break;
        pass(bytes.substr(0, 1), out);
        bytes.remove_prefix(1);
        break;
      case At::body:
        removing_ = false;
        pass(bytes, out);
        return;
    }
  }
}

// False: what the line is has become known, and the character belongs to what follows.
bool HeaderFilter::takes_into_start(char c, std::string& out) {
  bool const continues = is_blank(c) && seen_field_;
  if (start_.empty() && !continues) end_field(out);
  if (start_.empty() && is_line_end(c)) {
    at_ = At::body;
    return false;
  }
  if (start_.empty() && is_blank(c)) {
    if (continues)
      at_ = At::line;  // a continuation, which shares the fate of its field
    else
      end_header(out);
    return false;
  }
  if (c == ':' && !start_.empty()) {
    begin_field(out);
    return false;
  }
  bool const after_name = !start_.empty() && is_blank(start_.back());
  bool const fits = start_.size() < start_limit && (is_blank(c) || (is_name_char(c) && !after_name));
  if (!fits) {
    end_header(out);
    return false;
  }
  start_ += c;
  return true;
}

void HeaderFilter::begin_field(std::string& out) {
  auto const name = trimmed(start_);
  removing_ =
      is_own_field(name) || (removes_ == Removes::own_fields_and_return_path && iequals(name, "Return-Path"));
  if (judge_ && !removing_) {
    auto const fate = judge_(name, std::nullopt);
    removing_ = fate == Fate::remove;
    holding_ = fate == Fate::ask_with_value;
  }
  seen_field_ = true;
  pass(start_, out);
  start_.clear();
  at_ = At::line;
}

// The field is over, or so much of it has come that its value is known well enough.
void HeaderFilter::end_field(std::string& out) {
  if (!holding_) return;
  holding_ = false;
  auto const field = std::exchange(held_, {});
  auto const colon = field.find(':');
  removing_ = judge_(trimmed(std::string_view(field).substr(0, colon)),
                     std::string_view(field).substr(colon + 1)) == Fate::remove;
  pass_or_remove(field, out);
}

void HeaderFilter::end_header(std::string& out) {
  removing_ = false;
  if (!seen_field_ && begins_mailbox_line(start_)) {
    pass("X-Mailbox-Line: ", out);
    seen_field_ = true;
    at_ = At::line;
  } else {
    pass("\r\n", out);
    at_ = At::body;
  }
  pass(start_, out);
  start_.clear();
}

void HeaderFilter::finish(std::string& out) {
  end_field(out);
  if (!start_.empty()) end_header(out);
  removing_ = false;
  if (passed_nothing_) pass("\r\n", out);
}

void HeaderFilter::pass(std::string_view bytes, std::string& out) {
  if (keeps_all_) all_ += bytes;
  if (!holding_) return pass_or_remove(bytes, out);
  held_ += bytes;
  if (held_.size() > held_limit) end_field(out);
}

void HeaderFilter::pass_or_remove(std::string_view bytes, std::string& out) {
  if (removing_) {
    removed_ += bytes.size();
    return;
  }
  if (bytes.empty()) return;
  passed_nothing_ = false;
  out += bytes;
}

}  // namespace postern::wire

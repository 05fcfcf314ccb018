#include "whatif/readers/mbox_parts.hpp"

#include <cstring>
#include <utility>

#include "base/ascii.hpp"
#include "whatif/readers/mail_time.hpp"
#include "whatif/readers/message_header.hpp"
#include "whatif/readers/stored_mail.hpp"

namespace postern::whatif {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

bool has_clock_time(std::string_view line) {  // "00:00"
  for (auto colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1))
    if (colon > 0 && colon + 2 < line.size() && is_digit(line[colon - 1]) && is_digit(line[colon + 1]) &&
        is_digit(line[colon + 2]))
      return true;
  return false;
}

// "From a@x.example", "From -", "From "
bool is_timeless(std::string_view line) {
  return trimmed(line.substr(MboxParts::from_line.size())).find(' ') == std::string_view::npos;
}

bool begins_header(std::string_view line) { return is_header_field(line) || line.starts_with(">From "); }

}  // namespace

bool MboxParts::head_looks_like(std::string_view start) {
  if (start.starts_with(utf8_mark)) start.remove_prefix(utf8_mark.size());
  if (!start.starts_with(from_line)) return false;
  auto const end = start.find('\n');
  if (end == std::string_view::npos) return has_clock_time(start);
  auto const first = start.substr(0, end);
  return (has_clock_time(first) || is_timeless(first)) && begins_header(start.substr(end + 1));
}

bool MboxParts::may_begin_message(std::string_view text) const {
  if (!text.starts_with(from_line)) return false;
  return has_clock_time(text) || ((timeless_ || !any_begun_) && is_timeless(text));
}

void MboxParts::begin_message() {
  finish_message();
  auto const line = std::exchange(pending_from_, {});
  filed_ = time_of_from_line(line);
  if (!any_begun_) timeless_ = !has_clock_time(line);
  any_begun_ = in_message_ = in_header_ = true;
}

// Lines may be cut: only their beginnings matter outside of header sections.
void MboxParts::line(std::string_view text, bool whole) {
  if (!any_begun_ && text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
  if (!pending_from_.empty()) {
    if (begins_header(text))
      begin_message();
    else
      pending_from_.clear();
  }
  if (after_empty_ && may_begin_message(text)) {
    pending_from_ = text.substr(0, 1024);
    after_empty_ = false;
    return;
  }
  bool const empty = whole && (text.empty() || text == "\r");
  if (in_header_) {
    if (empty)
      in_header_ = false;
    else if (header_.size() + text.size() < StoredMail::max_header)
      (header_ += text) += '\n';
  }
  after_empty_ = empty;
}

void MboxParts::finish_message() {
  if (in_message_) take_(std::exchange(header_, {}), filed_);
  in_message_ = in_header_ = false;
}

void MboxParts::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const* found = static_cast<char const*>(std::memchr(bytes.data(), '\n', bytes.size()));
    auto const part =
        found == nullptr ? bytes : bytes.substr(0, static_cast<std::size_t>(found - bytes.data()));
    if (found != nullptr && begun_.empty() && !cut_ && part.size() <= StoredMail::max_header) {
      line(part, true);
    } else {
      auto const room = StoredMail::max_header - begun_.size();
      begun_ += part.substr(0, room);
      cut_ = cut_ || part.size() > room;
      if (found == nullptr) return;
      line(begun_, !cut_);
      begun_.clear();
      cut_ = false;
    }
    bytes.remove_prefix(part.size() + 1);
  }
}

void MboxParts::end() {
  if (!begun_.empty()) line(begun_, !cut_);
  begun_.clear();
  cut_ = false;
  finish_message();
  pending_from_.clear();
  after_empty_ = true;
  any_begun_ = timeless_ = false;
}

}  // namespace postern::whatif

#include "whatif/readers/message_header.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/stored_mail.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t longest_field_name = 76;  // of a field: a line of text is longer than its first word
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Fields that other files of "name: value" do not have.
constexpr auto mail_fields = std::to_array<std::string_view>(
    {"Received", "X-Received", "Return-Path", "Delivered-To", "X-Original-To", "Message-ID", "MIME-Version",
     "DKIM-Signature", "Content-Transfer-Encoding"});

struct FieldsSeen {
  bool of_mail = false;
  bool from = false;
  bool beside_from = false;

  void add(std::string_view name) {
    for (auto const field : mail_fields)
      if (iequals(name, field)) of_mail = true;
    if (iequals(name, "From")) from = true;
    if (iequals(name, "To") || iequals(name, "Date") || iequals(name, "Subject")) beside_from = true;
  }
  bool are_of_message() const { return of_mail || (from && beside_from); }
};

// Apple Mail's first line: "220", with blanks behind it. Absent: it is another.
std::optional<std::size_t> octets_in(std::string_view line) {
  auto const digits = trimmed(line);
  if (digits.empty() || digits.size() > 10 || !std::all_of(digits.begin(), digits.end(), is_digit))
    return std::nullopt;
  return static_cast<std::size_t>(number_in(digits));
}

}  // namespace

bool is_header_field(std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > longest_field_name || !is_alpha(line[0]))
    return false;
  auto const name = trimmed(line.substr(0, colon));  // RFC 5322 section 4.5 has blanks before the colon
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool looks_like_message(std::string_view start) {
  auto header = header_section_of(start);
  FieldsSeen seen;
  for (bool is_first = true; !header.empty(); is_first = false) {
    auto const end = header.find('\n');
    auto const line = header.substr(0, end);
    bool const is_cut = end == std::string_view::npos;
    header.remove_prefix(is_cut ? header.size() : end + 1);
    if (line.empty() || line == "\r") break;
    if (!is_first && is_blank(line[0])) continue;
    if (!is_header_field(line)) {
      if (is_cut && !is_first) break;  // the rest of it is not among these bytes
      return false;
    }
    seen.add(trimmed(line.substr(0, line.find(':'))));
  }
  return seen.are_of_message();
}

std::string_view header_section_of(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  auto const end = text.find('\n');
  if (end == std::string_view::npos) return text;
  auto const octets = octets_in(text.substr(0, end));
  return octets ? text.substr(end + 1, *octets) : text;
}

bool HeaderGatherer::feed(std::string_view bytes) {
  if (complete_) return true;
  auto const room = StoredMail::max_header - std::min(text_.size(), StoredMail::max_header);
  auto const searched = text_.size() > 3 ? text_.size() - 3 : 0;
  text_.append(bytes.substr(0, room));
  auto end = text_.find("\n\n", searched);
  if (auto const crlf = text_.find("\n\r\n", searched); crlf < end) end = crlf;
  if (end != std::string::npos) text_.resize(end + 1);
  complete_ = end != std::string::npos || text_.size() >= StoredMail::max_header;
  return complete_;
}

std::string HeaderGatherer::take() {
  complete_ = false;
  return std::exchange(text_, {});
}

}  // namespace postern::whatif

#include "wire/submission.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "wire/address_list.hpp"
#include "wire/date_time.hpp"

namespace postern::wire {
namespace {

std::string_view take_line(std::string_view& text) {  // without its end
  auto const end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool begins_field(std::string_view line) {  // RFC 5322 section 2.2
  auto const colon = line.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return c > ' ' && c < 0x7F; });
}

struct Field {
  std::string text;  // its lines, with CRLF
  std::string_view name() const { return std::string_view(text).substr(0, text.find(':')); }
  std::string_view body() const { return std::string_view(text).substr(text.find(':') + 1); }
};

std::vector<Field> take_header(std::string_view& text) {
  std::vector<Field> fields;
  while (!text.empty()) {
    auto rest = text;
    auto const line = take_line(rest);
    bool const folded = !line.empty() && is_blank(line.front()) && !fields.empty();
    if (!folded && !begins_field(line)) {  // the empty line, or a message that is all body
      if (line.empty()) text = rest;
      break;
    }
    if (folded)
      fields.back().text += std::string(line) + "\r\n";
    else
      fields.push_back({std::string(line) + "\r\n"});
    text = rest;
  }
  return fields;
}

bool has(std::vector<Field> const& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](auto const& f) { return iequals(f.name(), name); });
}

std::string quoted_name(std::string_view name) {
  return is_ascii(name) ? in_quotes(printable(name, 100)) + " " : std::string();
}

}  // namespace

Result<Submission, std::string> prepare_submission(std::string_view text, SubmissionContext const& context) {
  Submission submission;
  auto fields = take_header(text);
  if (context.reads_recipients)
    for (auto const& field : fields)
      for (auto const* name : {"To", "Cc", "Bcc"}) {
        if (!iequals(field.name(), name)) continue;
        auto addresses = parse_address_list(field.body(), context.hostname);
        if (!addresses) return fail(std::string(name) + ": " + addresses.error());
        std::move(addresses->begin(), addresses->end(), std::back_inserter(submission.recipients));
      }
  std::erase_if(fields, [](auto const& field) { return iequals(field.name(), "Bcc"); });
  auto& out = submission.content;
  for (auto const& field : fields) out += field.text;
  if (!has(fields, "From"))
    out += "From: " + (context.full_name.empty() ? std::string() : quoted_name(context.full_name)) + "<" +
           context.from + ">\r\n";
  if (!has(fields, "Date")) out += "Date: " + print_date_time(context.now) + "\r\n";
  if (!has(fields, "Message-ID")) out += "Message-ID: <" + context.unique + "@" + context.hostname + ">\r\n";
  out += "\r\n";
  while (!text.empty()) {
    out += take_line(text);
    out += "\r\n";
  }
  return submission;
}

}  // namespace postern::wire

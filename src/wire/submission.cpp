#include "wire/submission.hpp"

#include <algorithm>
#include <iterator>

#include "base/ascii.hpp"
#include "wire/address_list.hpp"
#include "wire/bare_newlines.hpp"
#include "wire/date_time.hpp"
#include "wire/encoded_word.hpp"
#include "wire/local_header.hpp"

namespace postern::wire {
namespace {

using LocalFields = std::vector<LocalField>;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// A program that writes CRLF through a stream that makes CRLF of each LF ends its lines with CR CR LF: any
// number of CR before an LF is one line end.
std::string with_single_returns(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const at = std::min(text.find('\r'), text.size());
    auto const end = std::min(text.find_first_not_of('\r', at), text.size());
    bool const ends_line = end < text.size() && text[end] == '\n';
    out += text.substr(0, ends_line && end > at ? at + 1 : end);
    text.remove_prefix(end);
    if (at == end) break;
  }
  return out += text;
}

std::string with_crlf_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16 + 2);
  NewlineNormalizer newlines;
  newlines.feed(with_single_returns(text), out);
  newlines.finish(out);
  if (!out.empty() && out.back() != '\n') out += "\r\n";
  return out;
}

bool has_field(LocalFields const& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](auto const& f) { return iequals(f.name, name); });
}

bool is_resent(LocalField const& field) { return istarts_with(field.name, "Resent-"); }

bool is_hidden(LocalField const& field) {
  return iequals(field.name, "Bcc") || iequals(field.name, "Resent-Bcc");
}

bool names_recipients(LocalField const& field, bool resent) {
  if (resent != is_resent(field)) return false;
  auto name = std::string_view(field.name);
  if (resent) name.remove_prefix(std::string_view("Resent-").size());
  return iequals(name, "To") || iequals(name, "Cc") || iequals(name, "Bcc");
}

Result<std::vector<Address>, std::string> recipients_in(LocalFields const& fields,
                                                        std::string const& origin) {
  bool const resent = std::any_of(fields.begin(), fields.end(), is_resent);
  auto end = std::find_if(fields.begin(), fields.end(),
                          [](LocalField const& field) { return iequals(field.name, "Received"); });
  if (!std::any_of(fields.begin(), end, is_resent)) end = fields.end();
  std::vector<Address> recipients;
  for (auto field = fields.begin(); field != end; ++field) {
    if (!names_recipients(*field, resent)) continue;
    auto addresses = parse_address_list(field->body, origin);
    if (!addresses) return fail(printable(field->name, 100) + ": " + addresses.error());
    std::move(addresses->begin(), addresses->end(), std::back_inserter(recipients));
  }
  return recipients;
}

std::string from_field(SubmissionContext const& context) {
  if (context.full_name.empty()) return "From: <" + context.from + ">\r\n";
  auto const* const between = is_ascii(context.full_name) ? " " : "\r\n ";  // encoded-words need their line
  return "From: " + phrase(context.full_name) + between + "<" + context.from + ">\r\n";
}

}  // namespace

Result<Submission, std::string> prepare_submission(std::string_view text, SubmissionContext const& context) {
  Submission submission;
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(byte_order_mark.size());
  std::string const whole = with_crlf_lines(text);
  std::string_view body = whole;
  auto fields = take_local_header(body);
  if (context.reads_recipients) {
    auto recipients = recipients_in(fields, context.origin);
    if (!recipients) return fail(recipients.error());
    submission.recipients = *std::move(recipients);
  }
  std::erase_if(fields, is_hidden);
  auto& out = submission.content;
  out.reserve(whole.size() + 1024);
  for (auto const& field : fields) out += field.name + ":" + field.body;
  if (!has_field(fields, "From")) out += from_field(context);
  if (!has_field(fields, "Date")) out += "Date: " + print_date_time(context.now) + "\r\n";
  if (!has_field(fields, "Message-ID"))
    out += "Message-ID: <" + context.unique + "@" + context.hostname + ">\r\n";
  out += "\r\n";
  out += body;
  return submission;
}

bool is_lone_dot(std::string_view line) { return line == "." || line == ".\r"; }

}  // namespace postern::wire

#include "wire/seven_bit.hpp"

#include "base/ascii.hpp"
#include "wire/mime.hpp"
#include "wire/quoted_printable.hpp"

namespace postern::wire {
namespace {

constexpr int deepest_multipart = 10;

std::string_view next_line(std::string_view& text) {  // with its end
  auto const end = text.find("\r\n");
  auto const line = text.substr(0, end == std::string_view::npos ? text.size() : end + 2);
  text.remove_prefix(line.size());
  return line;
}

struct HeadFields {
  std::string text;  // without Content-Transfer-Encoding and the empty line
  bool has_version = false;
  bool has_type = false;
};

HeadFields fields_of(std::string_view head) {
  HeadFields fields;
  bool left_out = false;
  while (!head.empty()) {
    auto const line = next_line(head);
    if (trimmed(line).empty() && !is_blank(line.front())) break;
    if (!is_blank(line.front())) {
      left_out = istarts_with(line, "Content-Transfer-Encoding:");
      fields.has_version = fields.has_version || istarts_with(line, "MIME-Version:");
      fields.has_type = fields.has_type || istarts_with(line, "Content-Type:");
    }
    if (!left_out) fields.text += line;
  }
  return fields;
}

// The header section with another Content-Transfer-Encoding, and with what lets readers heed it.
std::string encoded_head(std::string_view head, std::string_view encoding, bool of_message) {
  auto fields = fields_of(head);
  if (of_message && !fields.has_version) fields.text += "MIME-Version: 1.0\r\n";
  if (!fields.has_type) fields.text += "Content-Type: text/plain; charset=unknown-8bit\r\n";
  return fields.text + "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n\r\n";
}

std::optional<std::string> convert(std::string_view entity, int depth);

std::optional<std::string> convert_parts(std::string_view body, std::string const& boundary, int depth) {
  std::string const delimiter = "--" + boundary;
  std::string out;
  std::string_view part = body.substr(0, 0);  // what lies between two delimiters
  bool within = false;                        // a part, and not the preamble or the epilogue
  auto const end_part = [&] {
    auto const converted = within ? convert(part, depth + 1) : std::nullopt;
    if (!converted && !is_ascii(part)) return false;
    out += converted ? std::string_view(*converted) : part;
    return true;
  };
  while (!body.empty()) {
    auto const line = next_line(body);
    bool const begins = line.substr(0, delimiter.size()) == delimiter;
    auto const behind = begins ? trimmed(line.substr(delimiter.size())) : std::string_view();
    if (!begins || !(behind.empty() || behind == "--")) {
      part = {part.data(), part.size() + line.size()};
      continue;
    }
    if (!end_part()) return std::nullopt;
    out += line;
    within = behind.empty();
    part = body.substr(0, 0);
  }
  if (!end_part()) return std::nullopt;
  return out;
}

std::optional<std::string> convert(std::string_view entity, int depth) {
  if (is_ascii(entity)) return std::string(entity);
  auto body = entity;
  auto const header = take_mime_header(body);
  auto const head = entity.substr(0, entity.size() - body.size());
  bool const encoded = header.encoding == "base64" || header.encoding == "quoted-printable";
  if (!is_ascii(head) || encoded || istarts_with(header.type, "message/")) return std::nullopt;
  bool const of_message = depth == 0;
  if (!istarts_with(header.type, "multipart/"))
    return encoded_head(head, "quoted-printable", of_message) + quoted_printable(body);
  if (header.boundary.empty() || depth == deepest_multipart) return std::nullopt;
  auto parts = convert_parts(body, header.boundary, depth);
  if (!parts) return std::nullopt;
  return encoded_head(head, "7bit", of_message) + *parts;
}

}  // namespace

std::optional<std::string> to_seven_bit(std::string_view message) { return convert(message, 0); }

}  // namespace postern::wire

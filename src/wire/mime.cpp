#include "wire/mime.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/hex.hpp"
#include "wire/mime_field.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t parts_limit = 1000;
constexpr int depth_limit = 10;

std::string_view take_mime_line(std::string_view& text) {  // with its end
  auto const end = text.find('\n');
  auto const line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
  text.remove_prefix(line.size());
  return line;
}

// A parameter that may be in pieces, or in another character set (RFC 2231 section 3, 4); it stays as it
// is encoded.
std::string long_parameter(MimeField const& field, std::string const& name) {
  constexpr int pieces_limit = 20;
  std::string whole = field.parameter(name);
  if (whole.empty()) whole = field.parameter(name + "*");
  if (!whole.empty()) return whole;
  for (int i = 0; i < pieces_limit; ++i) {
    std::string const numbered = name + "*" + std::to_string(i);
    auto piece = field.parameter(numbered);
    if (piece.empty()) piece = field.parameter(numbered + "*");
    if (piece.empty()) break;
    whole += piece;
  }
  return whole;
}

void take_mime_field(MimeHeader& header, std::string_view written) {
  constexpr std::string_view type = "content-type:";
  constexpr std::string_view encoding = "content-transfer-encoding:";
  constexpr std::string_view disposition = "content-disposition:";
  if (istarts_with(written, type)) {
    auto const field = parse_mime_field(written.substr(type.size()));
    header.type = field.value;
    header.boundary = field.parameter("boundary");
    if (header.file_name.empty()) header.file_name = long_parameter(field, "name");
  } else if (istarts_with(written, disposition)) {
    auto const name = long_parameter(parse_mime_field(written.substr(disposition.size())), "filename");
    if (!name.empty()) header.file_name = name;
  } else if (istarts_with(written, encoding)) {
    header.encoding = parse_mime_field(written.substr(encoding.size())).value;
  }
}

std::string decode_quoted_printable(std::string_view text) {  // RFC 2045 section 6.7
  std::string out;
  while (!text.empty()) {
    auto line = take_mime_line(text);
    bool const ends = line.back() == '\n';
    line = line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
    bool const soft = !line.empty() && line.back() == '=';
    if (soft) line.remove_suffix(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
      int const high = line[i] == '=' && i + 2 < line.size() ? hex_value(line[i + 1]) : -1;
      int const low = high >= 0 ? hex_value(line[i + 2]) : -1;
      out += low >= 0 ? static_cast<char>(high * 16 + low) : line[i];
      i += low >= 0 ? 2 : 0;
    }
    if (ends && !soft) out += "\r\n";
  }
  return out;
}

std::string decoded(MimeHeader const& header, std::string_view body) {
  if (header.encoding == "base64") return decode_base64(body).value_or(std::string());
  if (header.encoding == "quoted-printable") return decode_quoted_printable(body);
  return std::string(body);
}

void take_apart(std::string_view message, int depth, std::vector<MimePart>& parts) {
  auto const header = take_mime_header(message);
  if (parts.size() == parts_limit) return;
  if (!istarts_with(header.type, "multipart/") || header.boundary.empty() || depth == depth_limit)
    return parts.push_back(
        {.type = header.type, .file_name = header.file_name, .content = decoded(header, message)});
  std::string const delimiter = "--" + header.boundary;
  char const* begun = nullptr;  // where the current part begins
  while (!message.empty()) {
    auto const line = take_mime_line(message);
    if (line.substr(0, delimiter.size()) != delimiter) continue;
    if (begun != nullptr)
      take_apart({begun, static_cast<std::size_t>(line.data() - begun)}, depth + 1, parts);
    begun = message.data();
    if (line.substr(delimiter.size(), 2) == "--") return;
  }
  if (begun != nullptr)  // cut off: what there is
    take_apart({begun, static_cast<std::size_t>(message.data() - begun)}, depth + 1, parts);
}

}  // namespace

MimeHeader take_mime_header(std::string_view& message) {
  MimeHeader header;
  std::string field;
  while (!message.empty()) {
    auto const line = take_mime_line(message);
    if (!line.empty() && is_blank(line.front())) {
      field += line;
      continue;
    }
    take_mime_field(header, field);
    field = line;
    if (trimmed(line).empty()) break;
  }
  take_mime_field(header, field);
  return header;
}

std::vector<MimePart> mime_leaves(std::string_view message) {
  std::vector<MimePart> parts;
  take_apart(message, 0, parts);
  return parts;
}

}  // namespace postern::wire

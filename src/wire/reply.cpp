#include "wire/reply.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t line_limit = 4096;
constexpr std::size_t reply_limit = 64 * 1024;

}  // namespace

Reply Reply::failure(bool permanent, std::uint16_t subject, std::uint16_t detail, std::string text) {
  return {
      .code = static_cast<std::uint16_t>(permanent ? 550 : 451),
      .status = {.klass = static_cast<std::uint8_t>(permanent ? 5 : 4), .subject = subject, .detail = detail},
      .text = std::move(text)};
}

std::string Reply::print() const {
  std::string const number = std::to_string(code);
  std::string const prefix = status.present() ? status.print() + " " : std::string();
  std::string out;
  std::string_view left = text;
  for (;;) {
    auto const newline = left.find('\n');
    bool const last = newline == std::string_view::npos;
    out += number;
    out += last ? ' ' : '-';
    out += prefix;
    out += left.substr(0, newline);
    out += "\r\n";
    if (last) return out;
    left.remove_prefix(newline + 1);
  }
}

std::string Reply::one_line() const {
  std::string out =
      std::to_string(code) + " " + (status.present() ? status.print() + " " : std::string()) + text;
  std::replace(out.begin(), out.end(), '\n', ' ');
  return printable(out, 512);
}

Result<std::optional<Reply>, ReplyError> ReplyReader::on_line(std::string_view line) {
  if (line.size() > line_limit) return fail(ReplyError::line_too_long);
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
    return fail(ReplyError::bad_code);
  bool const goes_on = line.size() > 3 && line[3] == '-';
  if (line.size() > 3 && !goes_on && line[3] != ' ') return fail(ReplyError::bad_code);
  auto const code =
      static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
  bool const first = reply_.code == 0;
  if (!first && reply_.code != code) return fail(ReplyError::mixed_codes);
  std::string_view text = line.substr(std::min<std::size_t>(4, line.size()));
  std::size_t length = 0;
  auto const status = EnhancedStatus::parse(text, length);
  if (status && (first || *status == reply_.status)) {
    reply_.status = *status;
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  reply_.code = code;
  if (!first) reply_.text += '\n';
  reply_.text += text;
  if (reply_.text.size() > reply_limit) return fail(ReplyError::too_long);
  if (goes_on) return std::optional<Reply>();
  Reply done = std::move(reply_);
  reply_ = {};
  return std::optional<Reply>(std::move(done));
}

}  // namespace postern::wire

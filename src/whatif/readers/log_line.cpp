#include "whatif/readers/log_line.hpp"

#include <charconv>
#include <cstring>

#include "base/ascii.hpp"
#include "whatif/readers/log_words.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t longest_program = 64;  // looked for at once; longer ones are found, too

std::string_view take_word(std::string_view& text) {
  auto const end = std::min(text.find(' '), text.size());
  auto const word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "postfix/smtpd[5716]: text", "sendmail[12]: ", "smtpd: ". By pointers: it is done for every line.
bool take_tag(std::string_view text, LogLine& out) {
  char const* const begin = text.data();
  char const* const end = begin + text.size();
  char const* at = static_cast<char const*>(std::memchr(begin, '[', std::min(text.size(), longest_program)));
  auto const holds = [&](char c) {
    return std::memchr(begin, c, static_cast<std::size_t>(at - begin)) != nullptr;
  };
  if (at == nullptr || holds(' ') || holds(':'))  // no process id, or a bracket in the text
    for (at = begin; at != end && *at != '[' && *at != ':' && *at != ' ';) ++at;
  if (at == begin || at == end || *at == ' ') return false;
  out.program = {begin, at};
  if (*at == '[') {
    std::uint64_t pid = 0;
    for (++at; at != end && is_digit(*at); ++at) pid = pid * 10 + static_cast<std::uint64_t>(*at - '0');
    while (at != end && *at != ']') ++at;
    if (at == end) return false;
    out.pid = pid;
    ++at;
  }
  if (at == end || *at != ':') return false;
  ++at;
  bool const blank = at != end && *at == ' ';
  if (at != end && !blank && out.pid == 0) return false;  // "mail:info" is a priority
  if (blank) ++at;
  out.text = {at, end};
  if (out.text.starts_with("[ID ")) {  // Solaris: "[ID 197553 mail.info] "
    auto const behind = out.text.find("] ");
    if (behind != std::string_view::npos) out.text.remove_prefix(behind + 2);
  }
  return true;
}

// After the version: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]
bool take_rfc5424(std::string_view text, LogClock& clock, LogLine& out) {
  auto const at = clock.take_iso(text);
  if (at) {
    out.at = *at;
    if (text.starts_with(' ')) text.remove_prefix(1);
  } else if (take_word(text) != "-") {
    return false;
  }
  out.host = take_word(text);
  out.program = take_word(text);
  out.pid = number(take_word(text));
  take_word(text);
  if (text.starts_with('[')) {
    bool in_quotes = false;
    std::size_t i = 1;
    for (; i < text.size(); ++i) {
      if (text[i] == '\\' && in_quotes)
        ++i;
      else if (text[i] == '"')
        in_quotes = !in_quotes;
      else if (text[i] == ']' && !in_quotes && (i + 1 == text.size() || text[i + 1] != '['))
        break;
    }
    text.remove_prefix(std::min(i + 1, text.size()));
  } else {
    take_word(text);
  }
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // RFC 5424 section 6.4: a BOM before UTF-8
  out.text = text;
  return !out.program.empty() && out.program != "-";
}

// Behind the time: a host, a priority, or both of them in either order, or none.
bool take_host_and_tag_slowly(std::string_view line, LogLine& out) {
  out.host = {};
  for (int words = 0; words < 3; ++words) {
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (take_tag(line, out)) return true;
    auto const word = take_word(line);
    if (is_priority(word)) continue;
    if (!out.host.empty()) return false;
    out.host = word;
  }
  return take_tag(line, out);
}

// "mx postfix/smtpd[5716]: text": nearly always. A word with a colon at its end is the program, not the host
// ("2001:db8::" is one).
bool take_host_and_tag(std::string_view line, LogLine& out) {
  auto after_host = line;
  auto const host = take_word(after_host);
  if ((!host.ends_with(':') || host.ends_with("::")) && take_tag(after_host, out)) {
    out.host = host;
    return true;
  }
  return take_host_and_tag_slowly(line, out);
}

}  // namespace

bool parse_log_line(std::string_view line, LogClock& clock, LogLine& out) {
  if (auto const at = clock.take_repeated(line)) {  // the time of the line before: nearly always
    out.at = *at;
    return take_host_and_tag(line, out);
  }
  out.at = clock.last();
  if (line.starts_with('<')) {
    auto const end = line.find('>');
    if (end > 4) return false;  // there is none, or it ends no priority
    line.remove_prefix(end + 1);
  }
  if (line.starts_with("1 ")) {  // the version of RFC 5424 section 6.2.2; RFC 3164 has none
    line.remove_prefix(2);
    return take_rfc5424(line, clock, out);
  }
  if (auto const at = clock.take_any(line)) {
    out.at = *at;
    if (line.starts_with(' ')) line.remove_prefix(1);
    return take_host_and_tag(line, out);
  }
  return take_tag(line, out);
}

}  // namespace postern::whatif

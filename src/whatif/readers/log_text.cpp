#include "whatif/readers/log_text.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"

namespace postern::whatif {

std::string_view between(std::string_view text, std::string_view before, char after) {
  auto const at = text.find(before);
  if (at == std::string_view::npos) return {};
  auto const start = at + before.size();
  return text.substr(start, std::min(text.find(after, start), text.size()) - start);
}

std::optional<IpAddress> log_address(std::string_view text) {
  if (istarts_with(text, "IPv6:")) text.remove_prefix(5);
  return IpAddress::parse(text.substr(0, text.find('%')));
}

std::optional<Peer> bracketed_peer(std::string_view text) {
  auto const open = text.find('[');
  if (open == std::string_view::npos) return std::nullopt;
  auto const close = text.find(']', open);
  if (close == std::string_view::npos) return std::nullopt;
  auto const address = log_address(text.substr(open + 1, close - open - 1));
  if (!address) return std::nullopt;
  auto const name = trimmed(text.substr(0, open));
  return Peer{name == "unknown" ? std::string_view() : name, *address};
}

std::optional<std::string_view> angle_path(std::string_view text, std::string_view before) {
  auto const at = text.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + before.size());
  if (!text.starts_with('<')) return std::nullopt;
  text.remove_prefix(1);
  auto const close = text.find('>');
  if (close == std::string_view::npos) return std::nullopt;
  auto const simple = text.substr(0, close);
  if (simple.find('"') == std::string_view::npos) return simple;
  bool in_quotes = false;  // a quoted local part may hold a ">"
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      in_quotes = !in_quotes;
    else if (text[i] == '>' && !in_quotes)
      return text.substr(0, i);
  }
  return simple;  // a lone quote
}

std::size_t quote_end(std::string_view line, std::size_t at) {
  for (++at; at < line.size() && line[at] != '"'; ++at)
    if (line[at] == '\\') ++at;
  return std::min(at, line.size());
}

LogValue value_at(std::string_view line, std::size_t begin, std::string_view after) {
  if (begin < line.size() && line[begin] == '"') {
    auto const end = quote_end(line, begin);
    return {.text = line.substr(begin + 1, end - begin - 1), .end = std::min(end + 1, line.size())};
  }
  auto const end = std::min(line.find(after, begin), line.size());
  return {.text = line.substr(begin, end - begin), .end = end};
}

std::string_view tls_version_name(std::string_view text) {
  if (text.starts_with(unknown_tls_version)) return {};
  if (istarts_with(text, "SSLv")) return "SSLv3";
  if (!istarts_with(text, "TLS")) return {};
  text.remove_prefix(3);
  if (text.starts_with('v') || text.starts_with('-') || text.starts_with(' ')) text.remove_prefix(1);
  if (!text.starts_with('1')) return {};
  text.remove_prefix(1);
  if (text.empty() || (text[0] != '.' && text[0] != '_')) return "TLSv1";
  switch (text.size() > 1 ? text[1] : '\0') {
    case '0': return "TLSv1";
    case '1': return "TLSv1.1";
    case '2': return "TLSv1.2";
    case '3': return "TLSv1.3";
    default: return {};
  }
}

std::string_view openssl_reason(std::string_view text) {
  constexpr std::string_view word = "error:";
  auto at = text.find(word);
  // A code follows: "io-error: error:0A000102:..." has the word twice.
  while (at != std::string_view::npos && text.substr(at + word.size()).starts_with(' '))
    at = text.find(word, at + 1);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + word.size());
  for (int fields = 0; fields < 3; ++fields) {  // code : library : function
    auto const colon = text.find(':');
    if (colon == std::string_view::npos) return trimmed(text);
    text.remove_prefix(colon + 1);
  }
  return trimmed(text.substr(0, text.find(':')));
}

std::string_view bare_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  return line;
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace postern::whatif

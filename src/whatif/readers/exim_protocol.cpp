#include "whatif/readers/exim_protocol.hpp"

#include <algorithm>
#include <array>

#include "whatif/readers/exim_line.hpp"

namespace postern::whatif {
namespace {

bool is_exim_tls_word(std::string_view word) {
  static constexpr auto words = std::to_array<std::string_view>(
      {"smtps", "esmtps", "esmtpsa", "ssmtp", "essmtp", "essmtpa", "utf8smtps", "utf8esmtps", "utf8esmtpsa"});
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_exim_clear_word(std::string_view word) {
  static constexpr auto words = std::to_array<std::string_view>(
      {"smtp", "esmtp", "esmtpa", "asmtp", "utf8smtp", "utf8esmtp", "utf8esmtpa"});
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

EximProtocol take_exim_protocol(std::string_view& text) {
  EximProtocol out;
  bool const has_more = text.starts_with(" U=") || text.starts_with(" Ci=") || text.starts_with(" TFO");
  auto const at = has_more ? text.find(" P=") : std::size_t{0};
  if (at == std::string_view::npos || !text.substr(at).starts_with(" P=")) return out;
  // An ident (RFC 1413) is the client's: where it holds what looks like a protocol, none is believed.
  auto const size_at = text.find(" S=", at);
  if (text.starts_with(" U=") && text.find(" P=", at + 1) < size_at) {
    text.remove_prefix(std::min(size_at, text.size()));
    return out;
  }
  text.remove_prefix(at);
  auto const word = take_exim_word(text).substr(2);
  while (text.starts_with(" L") || text.starts_with(" SPF=")) take_exim_word(text);
  if (is_exim_tls_word(word))
    out.tls = Tristate::yes;
  else if (is_exim_clear_word(word))
    out.tls = Tristate::no;
  else
    out.is_of_this_host = !word.empty();
  out.is_authenticated = !out.is_of_this_host && (word.ends_with('a') || word.starts_with('a'));
  return out;
}

}  // namespace postern::whatif

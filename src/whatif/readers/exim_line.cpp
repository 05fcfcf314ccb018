#include "whatif/readers/exim_line.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr auto nowhere = std::string_view::npos;

bool is_id_part(std::string_view text, std::size_t size) {
  return text.size() >= size &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), is_alnum);
}

bool has_id_form(std::string_view text, std::size_t middle, std::size_t last) {
  return text.size() == 6 + 1 + middle + 1 + last && text[6] == '-' && text[7 + middle] == '-' &&
         is_id_part(text, 6) && is_id_part(text.substr(7), middle) &&
         is_id_part(text.substr(8 + middle), last);
}

// The end of what is quoted from `open` on, behind its last quote; nowhere: it is not closed. A quote closes
// where a field or an address may go on.
std::size_t end_of_quoted(std::string_view text, std::size_t open) {
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      if (i + 1 == text.size() || std::string_view(" @>.").find(text[i + 1]) != nowhere) return i + 1;
    }
  }
  return nowhere;
}

// The names in a certificate may hold quotes: they end with the last one before a field that follows them.
std::size_t end_of_names(std::string_view text, std::size_t open) {
  std::size_t end = nowhere;
  text = text.substr(0, text.find(" T=\"", open));  // the subject is the sender's
  for (auto const next : {"\" SNI=", "\" A=", "\" PRDR", "\" PRX=", "\" K ", "\" S=", "\" F=<"})
    if (auto const at = text.rfind(next); at != nowhere && at > open && (end == nowhere || at + 1 > end))
      end = at + 1;
  return end == nowhere ? end_of_quoted(text, open) : end;
}

bool opens_quoted(std::string_view text, std::size_t at) {
  return text[at] == '"' && (at == 0 || std::string_view(" =<").find(text[at - 1]) != nowhere);
}

// Behind the quoted text that begins at `at`; else `at`.
std::size_t past_quoted(std::string_view text, std::size_t at) {
  if (!opens_quoted(text, at)) return at;
  bool const names = at >= 4 && text.substr(at - 4, 4) == " DN=";
  auto const end = names ? end_of_names(text, at) : end_of_quoted(text, at);
  return end == nowhere ? at : end;
}

// The end of "[address]" at the front of the text, behind the bracket.
std::size_t end_of_address(std::string_view text, std::optional<IpAddress>& out) {
  if (!text.starts_with('[')) return nowhere;
  auto const close = text.find(']');
  if (close == nowhere) return nowhere;
  out = log_address(text.substr(1, close - 1));
  return out ? close + 1 : nowhere;
}

// Where a HELO name in parentheses ends and an address follows, from `from` on, outside of quotes and of what
// an ACL says.
std::size_t helo_end(std::string_view text, std::size_t from) {
  for (auto i = from; i < text.size();) {
    if (auto const past = past_quoted(text, i); past != i) {
      i = past;
      continue;
    }
    for (std::string_view const field : {" rejected ", " Warning: ", " U="})
      if (text.substr(i).starts_with(field)) return nowhere;
    std::optional<IpAddress> address;
    if (text.substr(i).starts_with(") [") && end_of_address(text.substr(i + 2), address) != nowhere) return i;
    ++i;
  }
  return nowhere;
}

void skip_port(std::string_view& text) {
  if (text.size() < 2 || text[0] != ':' || !is_digit(text[1])) return;
  text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
}

void skip_interface(std::string_view& text) {
  if (!text.starts_with(" I=[")) return;
  auto const close = text.find(']');
  if (close == nowhere) return;
  text.remove_prefix(close + 1);
  skip_port(text);
}

}  // namespace

std::string_view take_exim_id(std::string_view& text) {
  auto const id = text.substr(0, text.find(' '));
  if (!has_id_form(id, 11, 4) && !has_id_form(id, 6, 2)) return {};
  text.remove_prefix(std::min(id.size() + 1, text.size()));
  return id;
}

std::string_view take_exim_address(std::string_view& text) {
  bool in_quotes = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '\\' && in_quotes)
      ++end;
    else if (text[end] == '"')
      in_quotes = !in_quotes;
    else if (text[end] == ' ' && !in_quotes)
      break;
  }
  end = std::min(end, text.size());
  if (in_quotes) end = std::min(text.find(' '), text.size());  // a lone quote
  auto const address = text.substr(0, end);
  text.remove_prefix(end);
  return address;
}

// The address is the one behind the last parenthesis, since HELO names may hold parentheses. Each "(x) [ip]"
// within quotes that stand behind the right one is passed over with them.
EximHost take_exim_host(std::string_view& text) {
  EximHost out;
  if (!text.starts_with('(') && !text.starts_with('[')) {
    out.name = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(out.name.size() + 1, text.size()));
  }
  std::size_t size = 0;  // of what stands before the address
  if (text.starts_with('(')) {
    auto end = text.find(") [");
    std::optional<IpAddress> address;
    while (end != nowhere && end_of_address(text.substr(end + 2), address) == nowhere)
      end = text.find(") [", end + 1);
    if (end == nowhere) return out;
    for (auto later = helo_end(text, end + 2); later != nowhere; later = helo_end(text, end + 2)) end = later;
    out.helo = text.substr(1, end - 1);
    size = end + 2;
  }
  text.remove_prefix(size);
  auto const behind = end_of_address(text, out.address);
  if (behind == nowhere) return out;
  text.remove_prefix(behind);
  skip_port(text);
  skip_interface(text);
  return out;
}

std::string_view take_exim_word(std::string_view& text) {
  if (!text.starts_with(' ')) return {};
  text.remove_prefix(1);
  auto const word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

EximTls take_exim_tls(std::string_view& text) {
  EximTls out;
  if (text.starts_with(" X=")) out.cipher = take_exim_word(text).substr(2);
  if (text.starts_with(" CV=")) out.verified = take_exim_word(text).substr(3);
  if (text.starts_with(" DN=\"")) {
    out.has_certificate = true;
    auto const end = end_of_names(text, 4);
    text.remove_prefix(end == nowhere ? text.size() : end);
  }
  if (text.starts_with(" SNI=")) take_exim_word(text);
  return out;
}

std::size_t last_outside_quotes(std::string_view text, std::string_view what) {
  auto found = nowhere;
  for (std::size_t i = 0; i < text.size();) {
    if (auto const past = past_quoted(text, i); past != i) {
      i = past;
      continue;
    }
    if (text.substr(i).starts_with(what)) found = i;
    ++i;
  }
  return found;
}

std::vector<std::string_view> exim_recipients(std::string_view text) {
  std::vector<std::string_view> out;
  constexpr std::string_view before = " for ";
  auto const at = last_outside_quotes(text, before);
  if (at == nowhere) return out;
  auto rest = text.substr(at + before.size());
  while (!rest.empty()) {
    auto const address = take_exim_address(rest);
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    if (address.find('@') != nowhere) out.push_back(address);
  }
  return out;
}

}  // namespace postern::whatif

#include "wire/path.hpp"

#include <string>

#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t local_part_limit = 256;

// Quoted-string = DQUOTE *QcontentSMTP DQUOTE                          RFC 5321 section 4.1.2
Result<std::string, PathError> quoted_string(Cursor& at) {
  std::string out;
  at.take('"');
  for (;;) {
    if (at.at_end()) return fail(PathError::bad_local_part);
    char c = at.next();
    if (c == '"') return out;
    if (c == '\\') {
      if (at.at_end()) return fail(PathError::bad_local_part);
      c = at.next();
      if (is_8bit(c)) return fail(PathError::bad_local_part);
    }
    if ((c < ' ' && !is_8bit(c)) || c == 0x7F) return fail(PathError::bad_local_part);
    out += c;
    if (out.size() > local_part_limit) return fail(PathError::local_part_too_long);
  }
}

// Local-part = Dot-string / Quoted-string                              RFC 5321 section 4.1.2
// Dots in odd places are taken, as Postfix and Exim take them: such mailboxes exist; printing quotes them.
Result<std::string, PathError> local_part(Cursor& at) {
  if (at.peek() == '"') return quoted_string(at);
  auto const text = at.take_while([](char c) { return c == '.' || is_atext(c); });
  if (text.empty()) return fail(PathError::bad_local_part);
  if (text.size() > local_part_limit) return fail(PathError::local_part_too_long);
  return std::string(text);
}

// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal ) "]"    RFC 5321 section 4.1.3
Result<IpAddress, PathError> address_literal(Cursor& at) {
  at.take('[');
  std::string_view inside = at.take_while([](char c) { return c != ']' && c > ' '; });
  if (!at.take(']')) return fail(PathError::bad_literal);
  bool const v6 = istarts_with(inside, "IPv6:");
  if (v6) inside.remove_prefix(5);
  auto const address = IpAddress::parse(inside);
  if (!address || (v6 == (inside.find(':') == std::string_view::npos))) return fail(PathError::bad_literal);
  return *address;
}

// Mailbox = Local-part "@" ( Domain / address-literal )                RFC 5321 section 4.1.2
Result<Address, PathError> mailbox(Cursor& at) {
  auto local = local_part(at);
  if (!local) return fail(local.error());
  if (!is_utf8(*local)) return fail(PathError::bad_utf8);
  if (!at.take('@')) {
    if (iequals(*local, "postmaster")) return Address(std::move(*local));
    return fail(PathError::no_at_sign);
  }
  if (at.peek() == '[') {
    auto const literal = address_literal(at);
    if (!literal) return fail(literal.error());
    return Address(std::move(*local), *literal);
  }
  auto const text = at.take_while([](char c) { return c > ' ' ? c != '>' && c != 0x7F : is_8bit(c); });
  auto domain = Domain::parse(text);
  if (!domain) return fail(PathError::bad_domain);
  return Address(std::move(*local), std::move(*domain));
}

// A-d-l = At-domain *( "," At-domain ), then ":"                       RFC 5321 section 4.1.2
Result<void, PathError> source_route(Cursor& at) {
  if (at.peek() != '@') return {};
  for (;;) {
    if (!at.take('@')) return fail(PathError::bad_domain);
    auto const hop = at.take_while([](char c) { return c != ',' && c != ':' && c != '>' && c != ' '; });
    if (!Domain::parse(hop)) return fail(PathError::bad_domain);
    if (at.take(':')) return {};
    if (!at.take(',')) return fail(PathError::bad_domain);
  }
}

// Path = "<" [ A-d-l ":" ] Mailbox ">"                                 RFC 5321 section 4.1.2
Result<Address, PathError> path(Cursor& at) {
  bool const bracketed = at.take('<');
  if (bracketed) {
    auto const route = source_route(at);
    if (!route) return fail(route.error());
  }
  auto address = mailbox(at);
  if (!address) return address;
  if (bracketed && !at.take('>')) return fail(PathError::no_bracket);
  if (!at.at_end() && !is_blank(at.peek())) return fail(PathError::trailing_text);
  return address;
}

}  // namespace

std::string_view explain(PathError error) {
  switch (error) {
    case PathError::no_bracket: return "the closing bracket is missing";
    case PathError::no_at_sign: return "there is no @ with a domain";
    case PathError::bad_local_part: return "the local part is not well formed";
    case PathError::local_part_too_long: return "the local part is too long";
    case PathError::bad_domain: return "the domain is not a domain name";
    case PathError::bad_literal: return "the address literal is not an address";
    case PathError::bad_utf8: return "the address is not UTF-8";
    case PathError::trailing_text: return "there is text behind the address";
  }
  return "the address is not well formed";
}

Result<std::optional<Address>, PathError> reverse_path(Cursor& at) {
  if (at.rest().substr(0, 2) == "<>") {
    at.skip(2);
    if (!at.at_end() && !is_blank(at.peek())) return fail(PathError::trailing_text);
    return std::optional<Address>();
  }
  auto address = path(at);
  if (!address) return fail(address.error());
  if (address->host().empty()) return fail(PathError::no_at_sign);
  return std::optional<Address>(std::move(*address));
}

Result<Address, PathError> forward_path(Cursor& at) { return path(at); }

Result<Address, PathError> parse_mailbox(std::string_view text) {
  Cursor at(text);
  auto address = mailbox(at);
  if (address && !at.at_end()) return fail(PathError::trailing_text);
  return address;
}

}  // namespace postern::wire

#include "wire/address_list.hpp"

#include "base/ascii.hpp"
#include "wire/comment.hpp"
#include "wire/cursor.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t address_limit = 100'000;

void skip_quoted(Cursor& at, std::string& out) {  // quoted-string, kept as it is
  out += at.next();
  while (!at.at_end()) {
    char const c = at.next();
    out += c;
    if (c == '\\' && !at.at_end()) out += at.next();
    if (c == '"') return;
  }
}

// One address as written, without comments: up to a comma or semicolon; behind "name:" of a group it begins
// anew.
struct Written {
  std::string text;   // all of it
  std::string angle;  // what is in <>, when there are
  bool has_angle = false;
};

Written next_written(Cursor& at) {
  Written written;
  while (!at.at_end()) {
    char const c = at.peek();
    if (c == ',' || c == ';') {
      at.next();
      return written;
    }
    if (c == '(') {
      skip_comment(at);
    } else if (c == '"') {
      skip_quoted(at, written.text);
    } else if (c == '<') {
      at.next();
      written.has_angle = true;
      while (!at.at_end() && at.peek() != '>')
        if (at.peek() == '"')
          skip_quoted(at, written.angle);
        else if (at.peek() == '(')
          skip_comment(at);
        else
          written.angle += at.next();
      at.next();
    } else if (c == ':' && written.text.find('[') == std::string::npos) {
      at.next();
      written = {};
    } else {
      written.text += at.next();
    }
  }
  return written;
}

// What stands in <>, without the way that it names: obs-route = "@a,@b:" (RFC 5322 section 4.4).
std::string_view without_route(std::string_view angle) {
  angle = trimmed(angle);
  if (angle.substr(0, 1) != "@") return angle;
  bool in_literal = false;
  for (std::size_t i = 0; i < angle.size(); ++i) {
    if (angle[i] == '[') in_literal = true;
    if (angle[i] == ']') in_literal = false;
    if (angle[i] != ':' || in_literal) continue;
    auto const address = trimmed(angle.substr(i + 1));
    return address.empty() ? angle : address;
  }
  return angle;
}

}  // namespace

Result<std::vector<Address>, std::string> parse_address_list(std::string_view text,
                                                             std::string_view default_host) {
  std::vector<Address> addresses;
  Cursor at(text);
  while (!at.at_end()) {
    auto const written = next_written(at);
    std::string_view const plain = written.has_angle ? without_route(written.angle) : trimmed(written.text);
    if (plain.empty()) continue;
    auto address = parse_mailbox(plain);
    if ((!address || address->host().empty()) && !default_host.empty() &&
        plain.find('@') == std::string_view::npos)
      address = parse_mailbox(std::string(plain) + "@" + std::string(default_host));
    if (!address)
      return fail("\"" + printable(plain, 100) +
                  "\" is no address: " + std::string(explain(address.error())));
    if (addresses.size() == address_limit) return fail(std::string("more than 100,000 addresses"));
    addresses.push_back(std::move(*address));
  }
  return addresses;
}

}  // namespace postern::wire

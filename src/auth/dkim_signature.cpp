#include "auth/dkim_signature.hpp"

#include <algorithm>
#include <charconv>

#include "auth/dns_name.hpp"
#include "auth/tag_list.hpp"
#include "base/ascii.hpp"
#include "base/base64.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_headers = 256;
constexpr std::uint32_t most_instances = 50;  // RFC 8617 section 4.2.1

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_dns_name(std::string_view name) {
  auto const is_part = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return is_askable(name) && std::all_of(name.begin(), name.end(), is_part);
}

// What reads tags into a signature; the first problem stays.
class SignatureReader {
 public:
  explicit SignatureReader(TagList const& tags) : tags_(tags) {}

  std::string_view required(std::string_view name) {
    auto const value = tags_.find(name);
    if (!value || value->empty()) complain("no " + std::string(name) + "=");
    return value.value_or(std::string_view());
  }
  std::optional<std::uint64_t> number(std::string_view name) {
    auto const text = tags_.find(name);
    if (!text) return std::nullopt;
    auto const value = decimal(*text);
    if (!value) complain(std::string(name) + "= is no number");
    return value;
  }
  std::string name(std::string_view tag) {
    auto const written = required(tag);
    auto out = written.ends_with('.') ? std::string(written) : comparable_domain(written);
    if (!out.empty() && !is_dns_name(out)) complain(std::string(tag) + "= is no domain name");
    return out;
  }
  std::string bytes(std::string_view tag) {
    auto decoded = decode_base64(required(tag));
    if (!decoded) complain(std::string(tag) + "= is not base64");
    return decoded.value_or(std::string());
  }
  void algorithm(DkimSignature& out) {
    auto const name = required("a");
    if (iequals(name, "rsa-sha256")) return;
    if (iequals(name, "rsa-sha1"))
      out.uses_sha1 = true;
    else if (iequals(name, "ed25519-sha256"))
      out.key_type = KeyType::ed25519;
    else
      complain("an algorithm that is not known");
  }
  void forms(DkimSignature& out) {
    auto const text = tags_.find("c");
    if (!text) return;
    auto const slash = text->find('/');
    out.header_form = form(text->substr(0, slash));
    if (slash != std::string_view::npos) out.body_form = form(text->substr(slash + 1));
  }
  void headers(DkimSignature& out) {
    auto const names = tags_.find("h");
    if (!names) complain("no h=");
    for (auto const name : split_list(names.value_or(std::string_view()), ':'))
      if (!name.empty()) out.headers.emplace_back(name);
    if (out.headers.size() > most_headers) complain("h= names more than 256 fields");
  }
  void complain(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  std::string const& problem() const { return problem_; }
  TagList const& tags() const { return tags_; }

 private:
  Canonical form(std::string_view text) {
    if (iequals(text, "relaxed")) return Canonical::relaxed;
    if (!iequals(text, "simple")) complain("a canonical form that is not known");
    return Canonical::simple;
  }

  TagList const& tags_;
  std::string problem_;
};

// What all three kinds of field have.
void read_common(SignatureReader& reader, DkimSignature& out) {
  reader.algorithm(out);
  out.domain = reader.name("d");
  out.selector = reader.name("s");
  out.signature = reader.bytes("b");
  out.signed_at = reader.number("t");
  if (!is_askable(out.key_name())) reader.complain("the name of its key is too long");
}

void read_message_parts(SignatureReader& reader, DkimSignature& out) {
  out.body_hash = reader.bytes("bh");
  reader.forms(out);
  reader.headers(out);
  out.body_length = reader.number("l");
  out.expires = reader.number("x");
  if (out.expires && out.signed_at && *out.expires <= *out.signed_at)
    reader.complain("it expires before it was made");
}

// i= has to be of the domain or below it (RFC 6376 section 3.5).
void read_identity(SignatureReader& reader, DkimSignature& out) {
  auto const identity = reader.tags().find("i");
  if (!identity) return;
  out.identity = without_blanks(*identity);
  auto const at = out.identity.rfind('@');
  if (at == std::string::npos) return reader.complain("i= has no @");
  auto const domain = comparable_domain(std::string_view(out.identity).substr(at + 1));
  bool const below = domain.size() > out.domain.size() && domain.ends_with("." + out.domain);
  if (domain != out.domain && !below) reader.complain("i= is not of the domain of d=");
}

void read_instance(SignatureReader& reader, DkimSignature& out) {
  auto const instance = reader.number("i");
  if (!instance || *instance == 0 || *instance > most_instances)
    reader.complain("i= is not from 1 to 50");
  else
    out.instance = static_cast<std::uint32_t>(*instance);
}

bool names_from(DkimSignature const& signature) {
  return std::any_of(signature.headers.begin(), signature.headers.end(),
                     [](std::string const& name) { return iequals(name, "from"); });
}

}  // namespace

Result<DkimSignature, std::string> parse_dkim_signature(std::string_view value) {
  auto const tags = TagList::parse(value);
  if (!tags) return fail(std::string("the syntax is wrong"));
  SignatureReader reader(*tags);
  DkimSignature out;
  if (reader.required("v") != "1") reader.complain("a version that is not known");
  read_common(reader, out);
  read_message_parts(reader, out);
  read_identity(reader, out);
  if (!names_from(out)) reader.complain("From is not signed");
  if (auto const query = tags->find("q"); query) {  // section 3.5: methods that are not known are passed over
    auto const methods = split_list(*query, ':');
    if (std::none_of(methods.begin(), methods.end(), [](auto method) { return iequals(method, "dns/txt"); }))
      reader.complain("its key is not in the DNS");
  }
  if (!reader.problem().empty()) return fail(reader.problem());
  return out;
}

Result<DkimSignature, std::string> parse_arc_message_signature(std::string_view value) {
  auto const tags = TagList::parse(value);
  if (!tags) return fail(std::string("the syntax is wrong"));
  SignatureReader reader(*tags);
  DkimSignature out;
  read_common(reader, out);
  read_message_parts(reader, out);
  read_instance(reader, out);
  for (auto const& name : out.headers)
    if (iequals(name, "arc-seal")) reader.complain("ARC-Seal may not be signed");  // RFC 8617 section 4.1.2
  if (!reader.problem().empty()) return fail(reader.problem());
  return out;
}

Result<ArcSeal, std::string> parse_arc_seal(std::string_view value) {
  auto const tags = TagList::parse(value);
  if (!tags) return fail(std::string("the syntax is wrong"));
  SignatureReader reader(*tags);
  ArcSeal out;
  read_common(reader, out.signature);
  read_instance(reader, out.signature);
  if (tags->find("h")) reader.complain("it may have no h=");  // RFC 8617 section 4.1.3
  out.signature.header_form = Canonical::relaxed;
  out.chain = lowered(reader.required("cv"));
  if (out.chain != "none" && out.chain != "pass" && out.chain != "fail") reader.complain("cv= is not known");
  if (!reader.problem().empty()) return fail(reader.problem());
  return out;
}

std::string without_signature(std::string_view field) {
  // The tag "b", whose name stands behind the colon or a semicolon, with white space around it.
  auto at = field.find(':');
  while (at != std::string_view::npos) {
    auto const tag_end = std::min(field.find(';', at + 1), field.size());
    auto const tag = field.substr(at + 1, tag_end - at - 1);
    auto const equals = tag.find('=');
    if (equals != std::string_view::npos && trimmed(tag.substr(0, equals)) == "b") {
      auto const value = at + 1 + equals + 1;
      auto end = tag_end;
      // The final CRLF of the field is no part of the value.
      if (end == field.size() && field.ends_with("\r\n")) end -= 2;
      return std::string(field.substr(0, value)) + std::string(field.substr(std::max(value, end)));
    }
    at = tag_end == field.size() ? std::string_view::npos : tag_end;
  }
  return std::string(field);
}

}  // namespace postern::auth

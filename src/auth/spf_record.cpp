#include "auth/spf_record.hpp"

#include <algorithm>
#include <charconv>

#include "auth/spf_macro.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::string_view spf_version = "v=spf1";

struct MechanismName {
  std::string_view name;
  SpfMechanism mechanism;
};
constexpr MechanismName mechanism_names[] = {{"all", SpfMechanism::all}, {"include", SpfMechanism::include},
                                             {"a", SpfMechanism::a},     {"mx", SpfMechanism::mx},
                                             {"ptr", SpfMechanism::ptr}, {"ip4", SpfMechanism::ip4},
                                             {"ip6", SpfMechanism::ip6}, {"exists", SpfMechanism::exists}};

std::optional<SpfMechanism> mechanism_named(std::string_view name) {
  for (auto const& known : mechanism_names)
    if (iequals(known.name, name)) return known.mechanism;
  return std::nullopt;
}

SpfQualifier take_qualifier(std::string_view& term) {
  constexpr std::string_view signs = "+-~?";
  auto const place = term.empty() ? std::string_view::npos : signs.find(term.front());
  if (place == std::string_view::npos) return SpfQualifier::pass;
  term.remove_prefix(1);
  return static_cast<SpfQualifier>(place);
}

// Digits without a leading zero, up to `most`.
std::optional<int> prefix_length(std::string_view text, int most) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  int value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

// Takes "/24" or, with `sign` "//", "//64" off the end of `text`. Absent: it does not end so. A slash before
// anything but the last digits belongs to the name.
std::optional<std::string_view> take_digits_behind(std::string_view sign, std::string_view& text) {
  auto const last = text.find_last_not_of("0123456789");
  auto const digits = last == std::string_view::npos ? 0 : last + 1;
  auto const before = text.substr(0, digits);
  if (digits == text.size() || !before.ends_with(sign)) return std::nullopt;
  auto const out = text.substr(digits);
  text = before.substr(0, before.size() - sign.size());
  return out;
}

// Section 5.3's dual-cidr-length at the end of `text` is taken off it. False: its numbers are wrong.
bool take_prefixes(std::string_view& text, SpfDirective& out) {
  if (auto const digits = take_digits_behind("//", text)) {
    auto const v6 = prefix_length(*digits, 128);
    if (!v6) return false;
    out.v6_prefix = *v6;
  }
  if (auto const digits = take_digits_behind("/", text)) {
    auto const v4 = prefix_length(*digits, 32);
    if (!v4) return false;
    out.v4_prefix = *v4;
  }
  return true;
}

bool parse_network(std::string_view text, bool wants_v4, SpfDirective& out) {
  auto const slash = text.find('/');
  auto const address = IpAddress::parse(text.substr(0, slash));
  bool const is_written_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (!address || is_written_v4 != wants_v4) return false;
  if (slash != std::string_view::npos && !prefix_length(text.substr(slash + 1), wants_v4 ? 32 : 128))
    return false;
  // Section 5: a client with a mapped address (::ffff:192.0.2.1) is an IPv4 client, which no ip6 matches.
  if (!wants_v4 && address->is_v4()) return true;
  out.network = Network::parse(text);
  return out.network.has_value();
}

// `argument`: what follows the colon; absent: there is none.
bool parse_argument(std::optional<std::string_view> argument, SpfDirective& out) {
  switch (out.mechanism) {
    case SpfMechanism::all: return !argument;
    case SpfMechanism::ip4:
    case SpfMechanism::ip6:
      return argument && parse_network(*argument, out.mechanism == SpfMechanism::ip4, out);
    case SpfMechanism::include:
    case SpfMechanism::exists:
      if (!argument || !is_domain_spec(*argument)) return false;
      break;
    case SpfMechanism::a:
    case SpfMechanism::mx:
    case SpfMechanism::ptr:
      if (argument && !is_domain_spec(*argument)) return false;
      break;
  }
  if (argument) out.domain_spec = *argument;
  return true;
}

bool parse_directive(std::string_view term, SpfRecord& record) {
  SpfDirective out;
  out.qualifier = take_qualifier(term);
  auto const name_end = std::min(term.find_first_of(":/"), term.size());
  auto const mechanism = mechanism_named(term.substr(0, name_end));
  if (!mechanism) return false;
  out.mechanism = *mechanism;
  auto rest = term.substr(name_end);
  bool const has_prefixes = out.mechanism == SpfMechanism::a || out.mechanism == SpfMechanism::mx;
  if (has_prefixes && !take_prefixes(rest, out)) return false;
  std::optional<std::string_view> argument;
  if (rest.starts_with(':'))
    argument = rest.substr(1);
  else if (!rest.empty())
    return false;
  if (!parse_argument(argument, out)) return false;
  record.directives.push_back(std::move(out));
  return true;
}

// A name as of a modifier: a letter, then letters, digits, "-", "_", "." (section 12).
bool is_modifier_name(std::string_view name) {
  return !name.empty() && is_alpha(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
}

bool parse_modifier(std::string_view name, std::string_view value, SpfRecord& record) {
  bool const redirects = iequals(name, "redirect");
  if (!redirects && !iequals(name, "exp")) return is_macro_string(value);  // unknown ones are passed over
  auto& place = redirects ? record.redirect : record.explanation;
  if (!place.empty() || !is_domain_spec(value)) return false;  // each once at most (section 6)
  place = value;
  return true;
}

bool parse_term(std::string_view term, SpfRecord& record) {
  auto const equals = term.find('=');
  if (equals != std::string_view::npos && is_modifier_name(term.substr(0, equals)))
    return parse_modifier(term.substr(0, equals), term.substr(equals + 1), record);
  return parse_directive(term, record);
}

}  // namespace

bool SpfRecord::has_all() const {
  return std::any_of(directives.begin(), directives.end(),
                     [](SpfDirective const& one) { return one.mechanism == SpfMechanism::all; });
}

bool is_spf_record(std::string_view text) {
  if (!istarts_with(text, spf_version)) return false;
  text.remove_prefix(spf_version.size());
  return text.empty() || text.front() == ' ';
}

std::optional<SpfRecord> parse_spf_record(std::string_view text) {
  if (!is_spf_record(text)) return std::nullopt;
  text.remove_prefix(spf_version.size());
  SpfRecord record;
  while (!text.empty()) {
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    auto const term = text.substr(0, text.find(' '));
    if (!parse_term(term, record)) return std::nullopt;
    text.remove_prefix(term.size());
  }
  return record;
}

}  // namespace postern::auth

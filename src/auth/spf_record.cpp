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

// "/24", "//64", "/24//64" at the end of `text` is taken off it (section 5.3's dual-cidr-length). A slash
// within a macro's braces is no part of it.
bool take_prefixes(std::string_view& text, SpfDirective& out) {
  auto const brace = text.rfind('}');
  auto const slash = text.find('/', brace == std::string_view::npos ? 0 : brace);
  if (slash == std::string_view::npos) return true;
  auto lengths = text.substr(slash);
  text = text.substr(0, slash);
  if (auto const second = lengths.find("//"); second != std::string_view::npos) {
    auto const v6 = prefix_length(lengths.substr(second + 2), 128);
    if (!v6) return false;
    out.v6_prefix = *v6;
    lengths = lengths.substr(0, second);
  }
  if (lengths.empty()) return true;
  auto const v4 = prefix_length(lengths.substr(1), 32);
  if (!v4) return false;
  out.v4_prefix = *v4;
  return true;
}

bool parse_network(std::string_view text, bool wants_v4, SpfDirective& out) {
  auto const slash = text.find('/');
  auto const address = IpAddress::parse(text.substr(0, slash));
  bool const is_written_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (!address || is_written_v4 != wants_v4) return false;
  if (slash != std::string_view::npos && !prefix_length(text.substr(slash + 1), wants_v4 ? 32 : 128))
    return false;
  // A mapped IPv4 address (::ffff:192.0.2.1) counts as the IPv4 address, with a prefix of the 128 bits.
  if (!wants_v4 && address->is_v4()) {
    auto const length = slash == std::string_view::npos ? 128 : *prefix_length(text.substr(slash + 1), 128);
    if (length < 96) return true;  // all of IPv4 and more: no IPv4 client is asked about by ip6
    out.network = Network::parse(address->print() + "/" + std::to_string(length - 96));
    return out.network.has_value();
  }
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

#include "wire/command.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

// clang-format off
constexpr std::array<std::pair<std::string_view, Verb>, static_cast<std::size_t>(Verb::unknown)> verbs{{
    {"HELO", Verb::helo},
    {"EHLO", Verb::ehlo},
    {"MAIL", Verb::mail},
    {"RCPT", Verb::rcpt},
    {"DATA", Verb::data},
    {"BDAT", Verb::bdat},
    {"RSET", Verb::rset},
    {"NOOP", Verb::noop},
    {"VRFY", Verb::vrfy},
    {"EXPN", Verb::expn},
    {"HELP", Verb::help},
    {"QUIT", Verb::quit},
    {"STARTTLS", Verb::starttls},
    {"AUTH", Verb::auth},
}};
// clang-format on
static_assert(
    [] {
      for (std::size_t i = 0; i < verbs.size(); ++i)
        if (verbs[i].second != static_cast<Verb>(i) || verbs[i].first.empty()) return false;
      return true;
    }(),
    "there is a word for each verb, in their order");

}  // namespace

Command parse_command(std::string_view line) {
  Cursor at(line);
  auto const word = at.take_while(is_alpha);
  if (!at.at_end() && !is_blank(at.peek())) return {.verb = Verb::unknown, .argument = line};
  auto const* found =
      std::find_if(verbs.begin(), verbs.end(), [&](auto const& v) { return iequals(v.first, word); });
  if (found == verbs.end()) return {.verb = Verb::unknown, .argument = line};
  return {.verb = found->second, .argument = trimmed(at.rest())};
}

std::string_view print(Verb verb) {
  return verb == Verb::unknown ? "unknown" : verbs[static_cast<std::size_t>(verb)].first;
}

}  // namespace postern::wire

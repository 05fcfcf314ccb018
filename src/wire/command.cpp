#include "wire/command.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

constexpr std::array<std::pair<std::string_view, Verb>, 14> verbs{{{"HELO", Verb::helo},
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
                                                                   {"AUTH", Verb::auth}}};

}  // namespace

Command parse_command(std::string_view line) {
  Cursor at(line);
  auto const word = at.take_while(is_alpha);
  if (!at.at_end() && !is_blank(at.peek())) return {Verb::unknown, line};
  auto const* found =
      std::find_if(verbs.begin(), verbs.end(), [&](auto const& v) { return iequals(v.first, word); });
  if (found == verbs.end()) return {Verb::unknown, line};
  return {found->second, trimmed(at.rest())};
}

std::string_view print(Verb verb) {
  for (auto const& [name, value] : verbs)
    if (value == verb) return name;
  return "unknown";
}

}  // namespace postern::wire

#include "whatif/readers/sendmail_milter.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// "reject=550 5.7.1 ...", "tempfail", "quarantine=reason" at the start of `text`.
MilterSays milter_verdict_at(std::string_view text) {
  struct Word {
    std::string_view text;
    MilterVerdict verdict;
  };
  constexpr std::array<Word, 4> words{{{"reject", MilterVerdict::reject},
                                       {"tempfail", MilterVerdict::tempfail},
                                       {"discard", MilterVerdict::discard},
                                       {"quarantine", MilterVerdict::quarantine}}};
  for (auto const& word : words) {
    if (!text.starts_with(word.text)) continue;
    auto const behind = text.substr(word.text.size());
    if (!behind.empty() && behind[0] != '=' && behind[0] != ',') return {};
    return {.verdict = word.verdict,
            .reply = behind.starts_with('=') ? behind.substr(1) : std::string_view()};
  }
  return {};
}

}  // namespace

MilterSays milter_says(std::string_view text) {
  if (istarts_with(text, "milter: ")) {
    text.remove_prefix(8);
    if (text.starts_with("to=<") || text.starts_with("from=<")) {
      auto const path = angle_path(text, "=");
      if (!path) return {};
      text.remove_prefix(text.find('<') + path->size() + 2);
    } else if (text.starts_with("data")) {
      text.remove_prefix(4);
    } else {
      return {};
    }
  } else if (istarts_with(text, "milter=")) {
    text.remove_prefix(std::min(text.find(','), text.size()));
    if (text.starts_with(", action=")) text.remove_prefix(std::min(text.find(',', 1), text.size()));
  } else {
    return {};
  }
  return text.starts_with(", ") ? milter_verdict_at(text.substr(2)) : MilterSays{};
}

}  // namespace postern::whatif

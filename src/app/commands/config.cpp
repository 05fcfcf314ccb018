#include <array>
#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/settings/settings_docs.hpp"
#include "policy/fact_names.hpp"
#include "store/evidence_schema.hpp"

namespace postern::app {

int run_config(bool markdown) {
  std::fputs((markdown ? settings_page() : settings_as_toml()).c_str(), stdout);
  return 0;
}

namespace {

void print_rule_facts() {
  std::string page =
      "# What rules can ask for\n\n"
      "The facts that an expression of `[[rules]]` sees (docs/rules.md), and when each is known. This page "
      "is "
      "printed by\n`postern facts --rules`.\n\n| fact | known at | what it is |\n|---|---|---|\n";
  static constexpr std::array<std::string_view, 5> stages{"connect", "HELO", "MAIL", "RCPT",
                                                          "end of content"};
  for (auto const& fact : policy::fact_names())
    page += "| `" + std::string(fact.name) + "` | " +
            std::string(fact.about_tls && fact.stage < policy::Stage::rcpt
                            ? "RCPT (about TLS: postmaster is exempt)"
                            : stages[static_cast<std::size_t>(fact.stage)]) +
            " | " + std::string(fact.meaning) + " |\n";
  std::fputs(page.c_str(), stdout);
}

}  // namespace

int run_facts(FactsOptions const& options) {
  if (options.rules)
    print_rule_facts();
  else
    std::fputs(store::facts_page().c_str(), stdout);
  return 0;
}

}  // namespace postern::app

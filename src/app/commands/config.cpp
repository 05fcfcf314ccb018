#include <cstdio>

#include "app/commands.hpp"
#include "app/settings_docs.hpp"
#include "store/evidence_schema.hpp"

namespace postern::app {

int run_config(bool markdown) {
  std::fputs((markdown ? settings_page() : settings_as_toml()).c_str(), stdout);
  return 0;
}

int run_facts_schema() {
  std::fputs(store::facts_page().c_str(), stdout);
  return 0;
}

}  // namespace postern::app

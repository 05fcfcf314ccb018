// What a term of an SPF record has come to.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace postern::auth {

struct SpfStep {
  enum class Is : std::uint8_t {
    match,
    no_match,
    temperror,
    permerror
  } is = Is::no_match;       // an error ends all
  std::string problem = {};  // of an error, for people
};

inline SpfStep spf_matched(bool does) { return {.is = does ? SpfStep::Is::match : SpfStep::Is::no_match}; }
inline SpfStep spf_broken(std::string problem) {
  return {.is = SpfStep::Is::permerror, .problem = std::move(problem)};
}
inline SpfStep spf_not_now(std::string problem) {
  return {.is = SpfStep::Is::temperror, .problem = std::move(problem)};
}

}  // namespace postern::auth

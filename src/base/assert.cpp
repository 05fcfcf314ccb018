#include "base/assert.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace postern {
namespace {

std::atomic<AssertHandler> current_handler{nullptr};

// "store/committer.cpp": where the program was built is nobody's business.
std::string_view name_in_source(std::string_view file) {
  constexpr std::string_view top = "/src/";
  auto const at = file.rfind(top);
  return at == std::string_view::npos ? file : file.substr(at + top.size());
}

std::string describe(char const* file, int line, char const* condition) {
  return std::string(name_in_source(file)) + ":" + std::to_string(line) + ": " + condition + " does not hold";
}

}  // namespace

BrokenInvariant::BrokenInvariant(char const* file, int line, char const* condition)
    : std::logic_error(describe(file, line, condition)) {}

AssertHandler set_assert_handler(AssertHandler handler) { return current_handler.exchange(handler); }

namespace detail {

void assertion_failed(char const* file, int line, char const* condition) {
  if (auto const handler = current_handler.load(); handler != nullptr) handler(file, line, condition);
  throw BrokenInvariant(file, line, condition);
}

void fatal_assertion_failed(char const* file, int line, char const* condition) {
  std::fprintf(stderr, "postern: %s; the process ends before damage is done\n",
               describe(file, line, condition).c_str());
  std::abort();
}

}  // namespace detail

}  // namespace postern

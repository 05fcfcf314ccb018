// Lua without files, network, processes, or anything that can run long or grow: it sees facts and lists, and
// bounds its instructions and its memory. Compiled expressions are numbered.
// Threads: one at a time.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "policy/fact_names.hpp"
#include "policy/lists.hpp"

struct lua_State;

namespace postern::policy {

class Sandbox {
 public:
  static constexpr int instruction_limit = 10'000;       // an evaluation
  static constexpr std::size_t memory_limit = 8U << 20;  // in all
  // What can be called on a text, as in client.name:ends_with(".example.org").
  static constexpr std::array<std::string_view, 4> methods{"lower", "starts_with", "ends_with", "contains"};

  // `lists` outlives it.
  explicit Sandbox(Lists const& lists);
  ~Sandbox();
  Sandbox(Sandbox const&) = delete;
  Sandbox& operator=(Sandbox const&) = delete;

  // `lua`: an expression. The error is Lua's sentence.
  Result<std::size_t, std::string> compile(std::string_view lua);

  enum class Failure : std::uint8_t { erred, unknown_facts };
  struct Error {
    Failure failure;
    std::string what;
  };
  Result<bool, Error> evaluate(std::size_t expression, RuleContext const& context);

 private:
  struct Memory {
    std::size_t used = 0;
    RuleContext const* context = nullptr;
    bool unknown_facts = false;
  };
  static void* allocate(void* memory, void* block, std::size_t before, std::size_t after);
  struct Bridge;  // what Lua calls

  std::unique_ptr<Memory> memory_;
  lua_State* lua_ = nullptr;
  std::vector<int> compiled_;  // references to functions
};

}  // namespace postern::policy

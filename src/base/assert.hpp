// Promises that the program makes to itself, checked in every build, release included. An assertion is never
// about input: what a stranger, a disk or an owner may get wrong is answered with a Result.
// Threads: any; set_assert_handler() is called before they start.
#pragma once

#include <stdexcept>

namespace postern {

// Thrown when a promise is broken. It ends the session or the task that runs: whoever spawned that task logs
// and counts it. what() names the file, the line and the condition.
class BrokenInvariant : public std::logic_error {
 public:
  BrokenInvariant(char const* file, int line, char const* condition);
};

// Called with a promise that was broken. When it returns, BrokenInvariant is thrown all the same, so that no
// code runs behind a broken promise.
using AssertHandler = void (*)(char const* file, int line, char const* condition);
AssertHandler set_assert_handler(AssertHandler handler);  // returns the one before; null: there is none

namespace detail {
[[noreturn]] void assertion_failed(char const* file, int line, char const* condition);
[[noreturn]] void fatal_assertion_failed(char const* file, int line, char const* condition);
}  // namespace detail

}  // namespace postern

// Ends the session or the task that runs.
#define POSTERN_ASSERT(condition)         \
  (static_cast<bool>(condition) ? void(0) \
                                : ::postern::detail::assertion_failed(__FILE__, __LINE__, #condition))

// Writes one line to standard error and ends the process. For places where going on would do damage that
// lasts, such as the committer's.
#define POSTERN_ASSERT_FATAL(condition)   \
  (static_cast<bool>(condition) ? void(0) \
                                : ::postern::detail::fatal_assertion_failed(__FILE__, __LINE__, #condition))

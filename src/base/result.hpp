// A value, or the reason why there is none. The one place that names the library behind it, so that the day
// of std::expected is a change of one line.
#pragma once

#include <tl/expected.hpp>
#include <utility>

namespace postern {

template <class T, class E>
using Result = tl::expected<T, E>;

// Turns a reason into a failed Result at the `return`.
template <class E>
[[nodiscard]] constexpr auto fail(E reason) {
  return tl::unexpected<E>(std::move(reason));
}

}  // namespace postern

// The type of every coroutine, and the ways to await.
// Rules: a coroutine is a named function with value parameters; no lock, no reference into shared state
// across a co_await; no co_await in a conditional operator (g++ 12 destroys its temporaries twice).
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace postern::net {

using Executor = boost::asio::io_context::executor_type;

template <class T>
using Task = boost::asio::awaitable<T, Executor>;

inline constexpr boost::asio::use_awaitable_t<Executor> use_task;
// I/O errors come back as values: auto [error, n] = co_await socket.async_read_some(buffer, quietly);
inline constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> quietly;

}  // namespace postern::net

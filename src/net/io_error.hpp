// What went wrong with a socket, and during what. Comes out of net/ in place of Asio's own.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace postern::net {

struct IoError {
  boost::system::error_code code;
  std::string_view doing;                  // a literal: "read", "connect"
  std::string detail;                      // what TLS says, where it was TLS
  std::optional<std::uint8_t> alert = {};  // by which the peer has ended TLS (RFC 8446 section 6)

  std::string print() const { return std::string(doing) + ": " + (detail.empty() ? code.message() : detail); }
};

template <class T>
using IoResult = Result<T, IoError>;

}  // namespace postern::net

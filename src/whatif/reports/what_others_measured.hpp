// What others measured of inbound mail in plaintext: dated, with direction and source. Never a norm: spam
// makes them differ fourfold.
#pragma once

#include <span>
#include <string_view>

namespace postern::whatif {

struct Measured {
  std::string_view when;
  std::string_view who;
  std::string_view what;
  double plaintext;  // share; negative: only a bound is known
  std::string_view source;
  bool modern;  // answers the question today
};

std::span<Measured const> what_others_measured();

}  // namespace postern::whatif

// TLSA records (RFC 6698 section 2.1): which certificate a server is to show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

struct Tlsa {
  std::uint8_t usage = 0;  // 2: a trust anchor, 3: the server's own; RFC 7672 section 3.1: no others for SMTP
  std::uint8_t selector = 0;  // 0: the whole certificate, 1: its public key
  std::uint8_t matching = 0;  // 0: as it is, 1: SHA-256, 2: SHA-512
  std::string data;

  // Whether a mail client can go by it (RFC 7672 section 3.1.3, RFC 6698 section 4): known parameters, and
  // data of a length that can be.
  bool usable() const;
  std::string print() const;  // "3 1 1 9A..", hexadecimal
};

std::optional<Tlsa> parse_tlsa(std::string_view data);

}  // namespace postern::wire

// The senders of all rules in few bytes, for the report's page, where ui/report/senders.js unpacks them.
//
// The bytes are columns one after another, each as its length and its bytes. All numbers are varints
// (wire/varint.hpp), and days count from 1970, UTC. Of `n` sender domains, in ascending order of their bytes:
//
//   names      for each: how many bytes it shares with the one before, the length of the rest, the rest
//   failures   for each text: its length, the text
//   base       one number: the earliest day
//
// and then, for each rule:
//
//   kinds      for each name one byte, a PackedKind
//   messages, wanted, unwanted, hosts there are, reason, failure (1: the first text; 0: none), first day
//   since `base`, days from the first to the last: eight columns of a number for each sender that is told
//   anew hosts      for each sender whose hosts are told anew: how many follow; of each 0 and the four bytes
//   of an
//              IPv4 address, or else one more than the length of a text, and the text
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

enum class PackedKind : std::uint8_t {
  absent,        // the rule would not lose mail of this sender
  as_before,     // all as for the nearest rule before that has this sender
  hosts_before,  // told anew, except for the hosts, which are as for that rule
  told           // told anew
};

struct PackLimits {
  std::size_t senders = 100'000;               // of each rule: the largest
  std::size_t hosts = LostSender::hosts_kept;  // of each sender: those with most messages
};

std::string pack_senders(std::span<RuleAnswer const> rules, PackLimits limits);

}  // namespace postern::whatif

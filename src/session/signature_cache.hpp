// The signatures of messages that have been signed, so that a message for many destinations is hashed and
// signed once for each form in which it leaves, and not once for each of them. Thread: its event loop.
// Bounds: 256 entries.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "auth/message_signer.hpp"
#include "base/bounded_table.hpp"
#include "base/message_id.hpp"

namespace postern::session {

enum class LeavesAs : std::uint8_t { it_is, seven_bit };

class SignatureCache {
 public:
  auth::SignatureFields const* find(MessageId id, LeavesAs form, std::string const& seals_as) const {
    return table_.find(key(id, form, seals_as));
  }
  void keep(MessageId id, LeavesAs form, std::string const& seals_as, auth::SignatureFields fields) {
    table_.touch(key(id, form, seals_as)) = std::move(fields);
  }

  void forget_all() { ++generation_; }  // the keys have changed

 private:
  static constexpr std::size_t most = 256;

  std::string key(MessageId id, LeavesAs form, std::string const& seals_as) const {
    return std::to_string(generation_) + " " + id.print() + (form == LeavesAs::it_is ? " = " : " 7 ") +
           seals_as;
  }

  std::uint64_t generation_ = 0;
  BoundedTable<std::string, auth::SignatureFields> table_{most};
};

}  // namespace postern::session

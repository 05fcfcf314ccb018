// What a content filter wants to be changed in a message: the header section, the envelope, whether it is
// held back. The words are those of milters; rspamd's reply comes to the same. Bounds: `most_changes` in all,
// and `most_bytes` of text. What exceeds them, or is no field name, makes a filter's answer unusable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct HeaderChange {
  enum class How : std::uint8_t {
    add,        // behind the last field
    insert,     // before the field number `index`, counted from 1 among all; 0 is the same as 1
    replace,    // the field number `index`, from 1, among those of this name; without a value it is removed
    remove,     // the same; a negative index counts from the last
    remove_all  // all fields of this name
  };
  How how = How::add;
  std::int64_t index = 0;
  std::string name;
  std::string value;  // as it was given: lines may end in any way
};

class MessageChanges {
 public:
  static constexpr std::size_t most_changes = 1000;
  static constexpr std::size_t most_bytes = 1U << 20;

  // False: too many, or it is no field name.
  bool change(HeaderChange change);
  bool add_recipient(std::string_view path);     // "<a@b.example>", or without the brackets
  bool delete_recipient(std::string_view path);  // likewise
  bool change_sender(std::string_view path);     // "<>": the null sender
  bool hold(std::string_view reason);            // quarantine: it is accepted, and waits for the postmaster

  std::vector<HeaderChange> const& header() const { return header_; }
  std::vector<std::string> const& added_recipients() const { return added_recipients_; }
  std::vector<std::string> const& deleted_recipients() const { return deleted_recipients_; }
  std::optional<std::string> const& sender() const { return sender_; }
  std::optional<std::string> const& held_for() const { return held_for_; }  // printable; absent: not held

 private:
  bool has_room_for(std::size_t bytes);

  std::vector<HeaderChange> header_;
  std::vector<std::string> added_recipients_;
  std::vector<std::string> deleted_recipients_;
  std::optional<std::string> sender_;
  std::optional<std::string> held_for_;
  std::size_t changes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace postern::wire

// Little-endian numbers and length-prefixed texts, as the spool's records hold them.
// Bounds: a reader never looks past its bytes; once it came up short, ok() is false and everything it gives
// is empty.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class BinaryWriter {
 public:
  explicit BinaryWriter(std::string& out) : out_(out) {}

  template <std::unsigned_integral N>
  void put(N value) {
    for (std::size_t i = 0; i < sizeof(N); ++i) out_ += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }

 private:
  std::string& out_;
};

class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

  template <std::unsigned_integral N>
  N get() {
    N value = 0;
    if (bytes_.size() < sizeof(N)) {
      fail();
      return value;
    }
    for (std::size_t i = 0; i < sizeof(N); ++i)
      value = static_cast<N>(value |
                             static_cast<N>(static_cast<N>(static_cast<std::uint8_t>(bytes_[i])) << (8 * i)));
    bytes_.remove_prefix(sizeof(N));
    return value;
  }
  std::string_view get_text() { return get_bytes(get<std::uint32_t>()); }
  std::string_view get_bytes(std::size_t length) {
    if (length > bytes_.size()) {
      fail();
      return {};
    }
    auto const text = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return text;
  }

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }
  void fail() {  // what was read makes no sense
    ok_ = false;
    bytes_ = {};
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace postern::wire

// Decompresses deflate data in steps, with or without gzip's frame around it (RFC 1951, RFC 1952), by zlib.
// Memory: zlib's window of 32 KiB, whatever the data expands to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace postern::wire {

class Inflater {
 public:
  enum class Form : std::uint8_t { raw, gzip };
  enum class State : std::uint8_t { unfinished, ended, damaged };
  struct Step {
    std::size_t taken = 0;  // bytes of the input
    std::size_t given = 0;  // bytes of the output
    State state = State::unfinished;
  };

  explicit Inflater(Form form);
  Inflater(Inflater const&) = delete;
  ~Inflater();

  Step step(std::string_view in, std::span<char> out);
  void reset();  // another stream follows

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace postern::wire

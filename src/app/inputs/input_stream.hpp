// An input as bytes: a file or standard input, plain or compressed (gzip, xz, zstd; seen by its first bytes).
// Threads: one at a time. It blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace postern::app {

class InputStream {
 public:
  // "-": standard input. The error is a sentence.
  static Result<std::unique_ptr<InputStream>, std::string> open(std::string const& path);
  virtual ~InputStream() = default;

  // The next bytes, decompressed; none at the end. An error after the first bytes ends the stream: what came
  // before it counts, problem() says what it was.
  virtual std::string_view read() = 0;
  virtual std::uint64_t consumed() const = 0;  // bytes of the file itself
  virtual bool decompresses() const { return false; }
  std::string const& problem() const { return problem_; }

 protected:
  std::string problem_;
};

// How many bytes a regular file gives when it is read, decompressed; 0: not known. What is compressed is read
// to its end, since its own word (RFC 1952 section 2.3.1, ISIZE) is not to be trusted.
std::uint64_t decompressed_length(std::string const& path);

}  // namespace postern::app

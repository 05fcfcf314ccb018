// Reads a zip archive from its start to its end, as it comes: local headers, data descriptors and Zip64
// (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.9, 4.5.3); stored and deflated entries. It does not seek, so the
// central directory is not looked at.
// Bounds: memory of about 200 KiB, whatever the archive expands to; ZipLimits for all the rest.
// Does not decode names: they are bytes, in UTF-8 as a rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace postern::wire {

struct ZipEntry {
  std::string name;        // one that ends with '/' is a folder
  std::uint64_t size = 0;  // uncompressed, as the archive tells it before the entry; 0: it does not
};

struct ZipLimits {
  std::size_t entries = 1'000'000;
  std::uint64_t bytes = std::uint64_t{1} << 40;  // uncompressed, of all entries together
};

// Errors are sentences. An entry that cannot be read (encrypted, damaged, compressed in another way) fails in
// read(); next() goes on behind it where its length is known. Once the place is lost, everything fails.
class ZipReader {
 public:
  // Fills the start of the span: how many bytes it did, 0 at the end.
  using Source = std::function<Result<std::size_t, std::string>(std::span<char>)>;

  explicit ZipReader(Source read, ZipLimits limits = {});
  ZipReader(ZipReader&&) noexcept;
  ZipReader& operator=(ZipReader&&) noexcept;
  ~ZipReader();

  Result<std::optional<ZipEntry>, std::string> next();  // absent: there are no more
  // The entry's next bytes; 0: it has ended, with the right checksum. The span is not empty.
  Result<std::size_t, std::string> read(std::span<char> out);
  std::uint64_t given() const;  // bytes that have been decompressed so far, also of what was passed over

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

bool is_zip(std::string_view bytes);  // by its first four bytes

}  // namespace postern::wire

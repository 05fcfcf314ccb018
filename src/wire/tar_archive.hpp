// Reads a tar archive from its start to its end, as it comes: ustar, pax, GNU's long names, V7. Only plain
// files are entries: folders, links and devices are passed over.
// Bounds: TarLimits. Does not decode names: they are bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "wire/tar_header.hpp"

namespace postern::wire {

struct TarEntry {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t changed = 0;  // seconds since 1970
};

struct TarLimits {
  std::size_t entries = 10'000'000;
  std::size_t long_name = 64 * 1024;  // bytes of a name, or of a pax header
};

// Errors are sentences; after one everything fails.
class TarReader {
 public:
  // Fills the start of the span: how many bytes it did, 0 at the end.
  using Source = std::function<Result<std::size_t, std::string>(std::span<char>)>;

  explicit TarReader(Source read, TarLimits limits = {}) : read_(std::move(read)), limits_(limits) {}

  Result<std::optional<TarEntry>, std::string> next();  // absent: there are no more
  // The entry's next bytes; 0: it has ended. The span is not empty.
  Result<std::size_t, std::string> read(std::span<char> out);

 private:
  using Block = std::array<char, tar_block>;
  Result<bool, std::string> fill(std::span<char> out);  // whether there was as much
  Result<void, std::string> skip_entry();
  Result<std::optional<TarHeader>, std::string> next_header();
  Result<std::string, std::string> long_text(std::uint64_t size);

  Source read_;
  TarLimits limits_;
  std::size_t entries_ = 0;
  std::uint64_t left_ = 0;     // bytes of the entry that were not read
  std::uint64_t padding_ = 0;  // behind them
  bool ended_ = false;
  std::string failure_;
};

bool is_tar(std::string_view bytes);  // by its first 512 bytes

}  // namespace postern::wire

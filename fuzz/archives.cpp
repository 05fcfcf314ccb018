// Zip archives and gzip data from strangers: whatever they hold, what is read is the same in all pieces, and
// bounded.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "expect.hpp"
#include "wire/gzip.hpp"
#include "wire/zip_archive.hpp"

namespace {

constexpr std::uint64_t bytes_limit = 300'000;

std::string all_entries(std::string_view archive, std::size_t piece) {
  std::string all;
  std::size_t bytes = 0;
  postern::wire::ZipReader reader(
      [archive, piece](std::span<char> out) mutable -> postern::Result<std::size_t, std::string> {
        auto const count = archive.copy(out.data(), std::min(piece, out.size()));
        archive.remove_prefix(count);
        return count;
      },
      {.entries = 100, .bytes = bytes_limit});
  for (;;) {
    auto const entry = reader.next();
    if (!entry) return all + "!" + entry.error();
    if (!*entry) return all;
    all += "|" + (*entry)->name + "|";
    std::vector<char> buffer(piece);
    for (;;) {
      auto const got = reader.read(buffer);
      if (!got) all += "!" + got.error();
      if (!got || *got == 0) break;
      POSTERN_EXPECT(*got <= buffer.size());
      bytes += *got;
      all.append(buffer.data(), *got);
    }
    POSTERN_EXPECT(bytes <= bytes_limit);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const whole = all_entries(bytes, 100'000);
  if (whole.find('!') == std::string::npos) POSTERN_EXPECT(all_entries(bytes, 13) == whole);
  if (auto const content = postern::wire::gunzip(bytes, 100'000)) POSTERN_EXPECT(content->size() <= 100'000);
  return 0;
}

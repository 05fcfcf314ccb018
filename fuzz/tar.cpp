// Tar archives of strangers: read without harm, and the same in pieces as at once.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "expect.hpp"
#include "wire/tar_archive.hpp"

namespace {

std::string read_tar(std::string_view archive, std::size_t piece) {
  postern::wire::TarReader reader(
      [&archive, piece](std::span<char> out) -> postern::Result<std::size_t, std::string> {
        auto const count = std::min({piece, out.size(), archive.size()});
        std::memcpy(out.data(), archive.data(), count);
        archive.remove_prefix(count);
        return count;
      });
  std::string all;
  for (;;) {
    auto const entry = reader.next();
    if (!entry || !*entry) return all;
    (all += (*entry)->name) += '=';
    std::array<char, 4096> buffer{};
    for (;;) {
      auto const got = reader.read(buffer);
      if (!got || *got == 0) break;
      all.append(buffer.data(), *got);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const archive(reinterpret_cast<char const*>(data), size);
  POSTERN_EXPECT(read_tar(archive, archive.size() + 1) == read_tar(archive, 13));
  return 0;
}

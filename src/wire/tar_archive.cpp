#include "wire/tar_archive.hpp"

#include <algorithm>
#include <utility>

namespace postern::wire {
namespace {

constexpr char gnu_long_name = 'L', gnu_long_link = 'K', pax_next = 'x', pax_all = 'g';

std::uint64_t padding_behind(std::uint64_t size) { return (tar_block - size % tar_block) % tar_block; }

}  // namespace

bool is_tar(std::string_view bytes) {
  if (bytes.size() < tar_block) return false;
  auto const block = bytes.substr(0, tar_block);
  return block.find_first_not_of('\0') != std::string_view::npos && parse_tar_header(block).has_value();
}

Result<bool, std::string> TarReader::fill(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    auto const got = read_(out.subspan(filled));
    if (!got) return fail(failure_ = got.error());
    if (*got == 0) break;
    filled += *got;
  }
  if (filled > 0 && filled < out.size()) return fail(failure_ = "the archive is cut off");
  return filled == out.size();
}

Result<void, std::string> TarReader::skip_entry() {
  Block block{};
  auto left = std::exchange(left_, 0) + std::exchange(padding_, 0);
  while (left > 0) {
    auto const part = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
    auto const filled = fill(std::span(block).first(part));
    if (!filled) return fail(filled.error());
    if (!*filled) return fail(failure_ = "the archive is cut off");
    left -= part;
  }
  return {};
}

// The next header, whatever it is of; absent: a block of zeros, or the end.
Result<std::optional<TarHeader>, std::string> TarReader::next_header() {
  if (auto const skipped = skip_entry(); !skipped) return fail(skipped.error());
  Block block{};
  auto const filled = fill(block);
  if (!filled) return fail(filled.error());
  if (!*filled || std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) {
    ended_ = true;
    return std::optional<TarHeader>();
  }
  auto header = parse_tar_header({block.data(), block.size()});
  if (!header) return fail(failure_ = "damaged: this is no header of a tar archive");
  left_ = header->has_content() ? header->size : 0;
  padding_ = padding_behind(left_);
  return header;
}

Result<std::string, std::string> TarReader::long_text(std::uint64_t size) {
  if (size > limits_.long_name) return fail(failure_ = "a name in the archive is too long");
  std::string text(static_cast<std::size_t>(size), '\0');
  if (size > 0) {
    auto const filled = fill(text);
    if (!filled) return fail(filled.error());
    if (!*filled) return fail(failure_ = "the archive is cut off");
  }
  left_ = 0;
  return text;
}

Result<std::optional<TarEntry>, std::string> TarReader::next() {
  std::string long_name, pax;
  while (!ended_) {
    if (!failure_.empty()) return fail(failure_);
    auto const got = next_header();
    if (!got) return fail(got.error());
    if (!*got) break;
    if (++entries_ > limits_.entries) return fail(failure_ = "the archive has too many entries");
    auto header = **got;
    if (header.type == gnu_long_name || header.type == pax_next) {
      auto text = long_text(header.size);
      if (!text) return fail(text.error());
      (header.type == pax_next ? pax : long_name) = std::move(*text);
      continue;
    }
    if (header.type == gnu_long_link || header.type == pax_all) continue;
    if (!long_name.empty()) header.name = long_name.substr(0, long_name.find('\0'));
    apply_pax_records(pax, header);
    if (!header.has_content()) header.size = 0;
    left_ = header.size;
    padding_ = padding_behind(header.size);
    long_name.clear();
    pax.clear();
    if (header.is_file() && !header.name.ends_with('/'))
      return TarEntry{.name = std::move(header.name), .size = header.size, .changed = header.changed};
  }
  return std::optional<TarEntry>();
}

Result<std::size_t, std::string> TarReader::read(std::span<char> out) {
  if (!failure_.empty()) return fail(failure_);
  if (left_ == 0) return std::size_t{0};
  auto const part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()));
  auto const got = read_(out.first(part));
  if (!got) return fail(failure_ = got.error());
  if (*got == 0) return fail(failure_ = "the archive is cut off");
  left_ -= *got;
  return *got;
}

}  // namespace postern::wire

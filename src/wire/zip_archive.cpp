#include "wire/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "wire/inflater.hpp"
#include "wire/zip_headers.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t zip_piece = 64 * 1024;

using ZipFailure = decltype(fail(std::string()));

std::string quoted_name(std::string const& name) { return "\"" + printable(name, 200) + "\""; }

}  // namespace

class ZipReader::Impl {
 public:
  std::uint64_t given() const { return all_given_; }
  Impl(Source source, ZipLimits limits) : source_(std::move(source)), limits_(limits) {}

  Result<std::optional<ZipEntry>, std::string> next() {
    if (!problem_.empty()) return fail(problem_);
    if (ended_) return std::optional<ZipEntry>();
    if (auto const skipped = skip_rest(); !skipped) return lost(skipped.error());
    auto const found = take_signature();
    if (!found) return lost(found.error());
    if (!*found) {
      ended_ = true;
      return std::optional<ZipEntry>();
    }
    if (++entries_ > limits_.entries)
      return lost("the archive has more than " + std::to_string(limits_.entries) + " entries");
    return open_entry();
  }

  Result<std::size_t, std::string> read(std::span<char> out) {
    POSTERN_ASSERT(!out.empty());
    if (!problem_.empty()) return fail(problem_);
    if (!refusal_.empty()) return fail(refusal_);
    if (!is_open_) return std::size_t{0};
    auto const given = header_.method == ZipMethod::stored ? read_stored(out) : read_deflated(out);
    if (!given) return given;
    if (*given == 0) {
      if (auto const right = finish(); !right) return fail(right.error());
      return std::size_t{0};
    }
    given_ += *given;
    all_given_ += *given;
    if (all_given_ > limits_.bytes)
      return lost("the archive expands to more than " + std::to_string(limits_.bytes) + " bytes");
    checksum_ = static_cast<std::uint32_t>(
        ::crc32(checksum_, reinterpret_cast<Bytef const*>(out.data()), static_cast<uInt>(*given)));
    return given;
  }

 private:
  ZipFailure lost(std::string sentence) {
    problem_ = std::move(sentence);
    return fail(problem_);
  }

  // The entry is of no use. Whether the next one can be found depends on whether its length is known.
  ZipFailure spoilt(std::string const& what) {
    auto const sentence = quoted_name(name_) + " " + what;
    if (!header_.length_known()) return lost(sentence);
    refusal_ = sentence;
    return fail(sentence);
  }

  std::string_view have() const { return std::string_view(buffer_).substr(at_); }
  void drop(std::size_t count) { at_ += count; }

  // Whether `wanted` bytes are there; if not, the source has ended.
  Result<bool, std::string> fill(std::size_t wanted) {
    if (have().size() >= wanted) return true;
    buffer_.erase(0, at_);
    at_ = 0;
    std::array<char, zip_piece> piece;
    while (buffer_.size() < wanted) {
      auto const got = source_(piece);
      if (!got) return fail(got.error());
      if (*got == 0) return false;
      buffer_.append(piece.data(), *got);
    }
    return true;
  }

  Result<std::string, std::string> take(std::size_t count) {
    auto const whole = fill(count);
    if (!whole) return fail(whole.error());
    if (!*whole) return fail(std::string("the archive is cut off"));
    std::string bytes(have().substr(0, count));
    drop(count);
    return bytes;
  }

  // Whether an entry follows.
  Result<bool, std::string> take_signature() {
    if (entries_ == 0) {  // some programs say first that an archive might have been split, but was not
      auto const enough = fill(zip_not_split.size());
      if (!enough) return fail(enough.error());
      if (have().starts_with(zip_split)) return fail(std::string("the archive is a part of a split one"));
      if (have().starts_with(zip_not_split)) drop(zip_not_split.size());
    }
    auto const signature = take(4);
    if (!signature) return fail(signature.error());
    if (*signature == zip_entry) return true;
    if (ends_zip_entries(*signature)) return false;
    return fail(std::string(entries_ == 0 ? "this is no zip archive"
                                          : "the archive is damaged: no entry begins where one should"));
  }

  Result<std::optional<ZipEntry>, std::string> open_entry() {
    auto const fixed = take(zip_header_size);
    if (!fixed) return lost(fixed.error());
    header_ = parse_zip_header(*fixed);
    auto name = take(header_.name_length);
    if (!name) return lost(name.error());
    auto const extra = take(header_.extra_length);
    if (!extra) return lost(extra.error());
    read_zip64(*extra, header_);
    name_ = std::move(*name);
    is_open_ = true;
    stream_ended_ = false;
    taken_ = 0;
    given_ = 0;
    checksum_ = 0;
    auto const why = why_unreadable(header_);
    refusal_ = why.empty() ? std::string() : quoted_name(name_) + " " + std::string(why);
    inflater_.reset();
    return std::optional(ZipEntry{.name = name_, .size = header_.size});
  }

  // Bytes of the entry, as they are in the archive. None: it ends here.
  Result<std::string_view, std::string> data() {
    auto const known = header_.length_known();
    if (known && taken_ == header_.compressed) return std::string_view();
    auto const some = fill(1);
    if (!some) return lost(some.error());
    if (!*some) return lost("the archive is cut off within " + quoted_name(name_));
    auto const bytes = have();
    if (!known) return bytes;
    return bytes.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), header_.compressed - taken_)));
  }

  Result<std::size_t, std::string> read_stored(std::span<char> out) {
    if (!header_.length_known()) return std::size_t{0};  // it is empty, or finish() finds that it is not
    auto const bytes = data();
    if (!bytes) return fail(bytes.error());
    auto const count = std::min({bytes->size(), out.size(), zip_piece});
    std::copy_n(bytes->begin(), count, out.begin());
    taken_ += count;
    drop(count);
    return count;
  }

  Result<std::size_t, std::string> read_deflated(std::span<char> out) {
    out = out.first(std::min(out.size(), zip_piece));
    while (!stream_ended_) {
      auto const bytes = data();
      if (!bytes) return fail(bytes.error());
      auto const step = inflater_.step(*bytes, out);
      bool const is_stuck = step.taken == 0 && step.given == 0;
      taken_ += step.taken;
      drop(step.taken);
      stream_ended_ = step.state == Inflater::State::ended;
      if (step.state == Inflater::State::damaged || (is_stuck && !stream_ended_)) return spoilt("is damaged");
      if (step.given > 0) return step.given;
    }
    return std::size_t{0};
  }

  Result<void, std::string> finish() {
    if (header_.length_known() && taken_ < header_.compressed) return spoilt("is damaged");
    is_open_ = false;
    ZipTotals const totals{.checksum = checksum_, .compressed = taken_, .size = given_};
    bool right = header_.checksum == checksum_ && header_.size == given_;
    if (header_.has_descriptor) {
      auto const enough = fill(zip_descriptor_limit);
      if (!enough) return lost(enough.error());
      auto const length = zip_descriptor_length(have(), totals);
      if (!length && header_.method == ZipMethod::stored && !header_.length_known())
        return lost(quoted_name(name_) + " is stored without its length before it, so its end is not known");
      if (!length && !header_.length_known()) return lost(quoted_name(name_) + " is damaged");
      right = length.has_value();
      drop(length.value_or(skipped_descriptor_length(have(), taken_)));
    }
    if (right) return {};
    refusal_ = quoted_name(name_) + " is damaged: its checksum or size is not right";
    return fail(refusal_);
  }

  Result<void, std::string> skip_rest() {
    if (!is_open_) return {};
    if (!header_.length_known()) return read_to_end();
    while (taken_ < header_.compressed) {
      auto const bytes = data();
      if (!bytes) return fail(bytes.error());
      taken_ += bytes->size();
      drop(bytes->size());
    }
    is_open_ = false;
    if (!header_.has_descriptor) return {};
    auto const enough = fill(zip_descriptor_limit);
    if (!enough) return fail(enough.error());
    drop(skipped_descriptor_length(have(), taken_));
    return {};
  }

  Result<void, std::string> read_to_end() {
    std::array<char, zip_piece> unused{};
    for (;;) {
      auto const got = read(unused);
      if (!got) return fail(got.error());
      if (*got == 0) return {};
    }
  }

  Source source_;
  ZipLimits limits_;
  std::string buffer_;  // what has come, from at_ on
  std::size_t at_ = 0;
  std::size_t entries_ = 0;
  std::uint64_t all_given_ = 0;
  bool ended_ = false;
  std::string problem_;  // why nothing can be read any more

  // Of the entry that is being read:
  bool is_open_ = false;
  std::string name_;
  ZipHeader header_;
  std::string refusal_;      // why it cannot be read
  std::uint64_t taken_ = 0;  // bytes in the archive
  std::uint64_t given_ = 0;  // bytes uncompressed
  std::uint32_t checksum_ = 0;
  bool stream_ended_ = false;
  Inflater inflater_{Inflater::Form::raw};
};

ZipReader::ZipReader(Source read, ZipLimits limits)
    : impl_(std::make_unique<Impl>(std::move(read), limits)) {}
ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&&) noexcept = default;
ZipReader::~ZipReader() = default;

Result<std::optional<ZipEntry>, std::string> ZipReader::next() { return impl_->next(); }
Result<std::size_t, std::string> ZipReader::read(std::span<char> out) { return impl_->read(out); }

bool is_zip(std::string_view bytes) {
  return bytes.starts_with(zip_entry) || bytes.starts_with(zip_not_split) ||
         bytes.starts_with(zip_no_entries);
}

std::uint64_t ZipReader::given() const { return impl_->given(); }

}  // namespace postern::wire

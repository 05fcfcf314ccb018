#include "app/inputs/input_stream.hpp"

#include <fcntl.h>
#include <lzma.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace postern::app {
namespace {

constexpr std::size_t buffer_size = 1 << 20;

class PlainFile : public InputStream {
 public:
  explicit PlainFile(int descriptor) : descriptor_(descriptor) {
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  PlainFile(PlainFile const&) = delete;
  ~PlainFile() override {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }

  std::string_view read() override {
    if (looked_ahead_ > 0) return {buffer_.data(), std::exchange(looked_ahead_, 0)};
    return {buffer_.data(), fill(0)};
  }
  // The first bytes, which read() gives again.
  std::string_view look_ahead() {
    while (looked_ahead_ < 8) {
      auto const got = fill(looked_ahead_);
      if (got == 0) break;
      looked_ahead_ += got;
    }
    return {buffer_.data(), looked_ahead_};
  }
  std::uint64_t consumed() const override { return consumed_; }

 private:
  std::size_t fill(std::size_t from) {
    for (;;) {
      auto const got = ::read(descriptor_, buffer_.data() + from, buffer_.size() - from);
      if (got >= 0) {
        consumed_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno == EINTR) continue;
      problem_ = std::strerror(errno);
      return 0;
    }
  }
  int descriptor_;
  std::vector<char> buffer_ = std::vector<char>(buffer_size);
  std::size_t looked_ahead_ = 0;
  std::uint64_t consumed_ = 0;
};

// What the decompressors share: input from a file, output into a buffer.
class Compressed : public InputStream {
 public:
  explicit Compressed(std::unique_ptr<PlainFile> file) : file_(std::move(file)) {}
  std::uint64_t consumed() const override { return file_->consumed(); }
  bool decompresses() const override { return true; }

  std::string_view read() override {
    while (!ended_) {
      if (in_.empty() && !file_ended_) {
        in_ = file_->read();
        file_ended_ = in_.empty();
      }
      auto const got = step();
      if (got > 0) return {out_.data(), got};
      if (file_ended_ && in_.empty()) ended_ = true;
    }
    return {};
  }

 protected:
  virtual std::size_t step() = 0;  // from in_ to out_
  void fails(std::string why) {
    problem_ = std::move(why);
    ended_ = true;
  }
  void used(std::size_t bytes) { in_.remove_prefix(bytes); }

  std::string_view in_;
  bool file_ended_ = false;
  bool ended_ = false;
  std::vector<char> out_ = std::vector<char>(buffer_size);

 private:
  std::unique_ptr<PlainFile> file_;
};

class Gzip : public Compressed {
 public:
  explicit Gzip(std::unique_ptr<PlainFile> file) : Compressed(std::move(file)) {
    ::inflateInit2(&stream_, 15 + 32);
  }
  ~Gzip() override { ::inflateEnd(&stream_); }

 protected:
  std::size_t step() override {
    if (at_end_) {  // another member may follow (RFC 1952 section 2.2), or zeros as padding
      used(std::min(in_.find_first_not_of('\0'), in_.size()));
      if (in_.empty()) return 0;
      ::inflateReset(&stream_);
      at_end_ = false;
    }
    if (in_.empty()) {
      if (file_ended_) fails("the compressed data is cut off");
      return 0;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in_.data()));
    stream_.avail_in = static_cast<uInt>(in_.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    int const result = ::inflate(&stream_, Z_NO_FLUSH);
    used(in_.size() - stream_.avail_in);
    if (result == Z_STREAM_END)
      at_end_ = true;
    else if (result != Z_OK && result != Z_BUF_ERROR)
      fails("damaged gzip data");
    return out_.size() - stream_.avail_out;
  }

 private:
  ::z_stream stream_{};
  bool at_end_ = false;
};

class Xz : public Compressed {
 public:
  explicit Xz(std::unique_ptr<PlainFile> file) : Compressed(std::move(file)) {
    if (::lzma_stream_decoder(&stream_, memory_limit, LZMA_CONCATENATED) != LZMA_OK)
      fails("the xz decoder cannot start");
  }
  ~Xz() override { ::lzma_end(&stream_); }

 protected:
  std::size_t step() override {
    stream_.next_in = reinterpret_cast<std::uint8_t const*>(in_.data());
    stream_.avail_in = in_.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out_.data());
    stream_.avail_out = out_.size();
    auto const result = ::lzma_code(&stream_, file_ended_ ? LZMA_FINISH : LZMA_RUN);
    used(in_.size() - stream_.avail_in);
    auto const got = out_.size() - stream_.avail_out;
    bool const needs_more = result == LZMA_BUF_ERROR;
    if (result == LZMA_STREAM_END)
      ended_ = true;
    else if (needs_more && file_ended_)
      fails("the compressed data is cut off");
    else if (!needs_more && result != LZMA_OK)
      fails("damaged xz data");
    return got;
  }

 private:
  static constexpr std::uint64_t memory_limit = 128U << 20;
  ::lzma_stream stream_ = LZMA_STREAM_INIT;
};

class Zstd : public Compressed {
 public:
  explicit Zstd(std::unique_ptr<PlainFile> file)
      : Compressed(std::move(file)), stream_(::ZSTD_createDStream()) {}
  ~Zstd() override { ::ZSTD_freeDStream(stream_); }

 protected:
  std::size_t step() override {
    if (in_.empty() && file_ended_) {
      if (within_) fails("the compressed data is cut off");
      return 0;
    }
    ::ZSTD_inBuffer in{in_.data(), in_.size(), 0};
    ::ZSTD_outBuffer out{out_.data(), out_.size(), 0};
    auto const result = ::ZSTD_decompressStream(stream_, &out, &in);
    used(in.pos);
    if (::ZSTD_isError(result) != 0) fails("damaged zstd data");
    within_ = result != 0;
    return out.pos;
  }

 private:
  ::ZSTD_DStream* stream_;
  bool within_ = false;
};

}  // namespace

Result<std::unique_ptr<InputStream>, std::string> InputStream::open(std::string const& path) {
  int const descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(std::string(std::strerror(errno)));
  auto file = std::make_unique<PlainFile>(descriptor);
  auto const start = file->look_ahead();
  if (start.empty() && !file->problem().empty()) return fail(file->problem());
  if (start.starts_with("\x1F\x8B")) return std::make_unique<Gzip>(std::move(file));
  if (start.starts_with(std::string_view("\xFD"
                                         "7zXZ\0",
                                         6)))
    return std::make_unique<Xz>(std::move(file));
  if (start.starts_with("\x28\xB5\x2F\xFD")) return std::make_unique<Zstd>(std::move(file));
  return file;
}

std::uint64_t decompressed_length(std::string const& path) {
  std::error_code failed;
  if (path == "-" || !std::filesystem::is_regular_file(path, failed)) return 0;
  auto stream = InputStream::open(path);
  if (!stream) return 0;
  if (!(*stream)->decompresses()) {
    auto const size = std::filesystem::file_size(path, failed);
    return failed ? 0 : size;
  }
  std::uint64_t length = 0;
  for (auto bytes = (*stream)->read(); !bytes.empty(); bytes = (*stream)->read()) length += bytes.size();
  return length;
}

}  // namespace postern::app

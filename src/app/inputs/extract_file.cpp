#include "app/inputs/extract_file.hpp"

#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace postern::app {
namespace {

constexpr int compression_level = 6;

}  // namespace

// A file that is being compressed. The first error stays.
class ExtractFile::Output {
 public:
  explicit Output(std::string path)
      : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wbx")), stream_(::ZSTD_createCStream()) {
    if (file_ == nullptr) error_ = path_ + ": " + std::strerror(errno);
    ::ZSTD_CCtx_setParameter(stream_, ZSTD_c_compressionLevel, compression_level);
    ::ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1);
  }
  Output(Output const&) = delete;
  Output& operator=(Output const&) = delete;
  ~Output() {
    if (file_ != nullptr) {
      std::fclose(file_);
      ::unlink(path_.c_str());
    }
    ::ZSTD_freeCStream(stream_);
  }

  void write(std::string_view bytes) { compress(bytes, ZSTD_e_continue); }

  std::string const& error() const { return error_; }

  // Ends the frame, and gives the file its name.
  Result<void, std::string> finish(std::string const& name) {
    compress({}, ZSTD_e_end);
    if (error_.empty() && (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0)) fails();
    if (error_.empty() && std::rename(path_.c_str(), name.c_str()) != 0) fails();
    if (!error_.empty()) return fail(error_);
    std::fclose(std::exchange(file_, nullptr));
    return {};
  }

 private:
  void fails() {
    if (error_.empty()) error_ = path_ + ": " + std::strerror(errno);
  }

  void compress(std::string_view bytes, ::ZSTD_EndDirective directive) {
    ::ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (error_.empty()) {
      ::ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      auto const left = ::ZSTD_compressStream2(stream_, &out, &in, directive);
      if (::ZSTD_isError(left) != 0) {
        error_ = path_ + ": " + ::ZSTD_getErrorName(left);
        return;
      }
      if (std::fwrite(buffer_.data(), 1, out.pos, file_) != out.pos) fails();
      bool const done = directive == ZSTD_e_end ? left == 0 : in.pos == in.size;
      if (done) return;
    }
  }

  std::string path_;
  std::FILE* file_;
  ::ZSTD_CStream* stream_;
  std::vector<char> buffer_ = std::vector<char>(::ZSTD_CStreamOutSize());
  std::string error_;
};

ExtractFile::ExtractFile(ExtractSettings settings, std::unique_ptr<Output> output)
    : settings_(std::move(settings)), output_(std::move(output)) {
  output_->write(whatif::extract_magic);
}

ExtractFile::~ExtractFile() = default;

Result<std::unique_ptr<ExtractFile>, std::string> ExtractFile::create(ExtractSettings settings) {
  auto output = std::make_unique<Output>(settings.path + ".part");
  if (!output->error().empty()) return fail(output->error());
  return std::unique_ptr<ExtractFile>(new ExtractFile(std::move(settings), std::move(output)));
}

void ExtractFile::take(whatif::Reception&& reception) {
  bool const is_internal =
      reception.has_client && std::any_of(settings_.internal.begin(), settings_.internal.end(),
                                          [&](Network const& own) { return own.contains(reception.client); });
  if (is_internal && reception.origin == whatif::Origin::outside) reception.origin = whatif::Origin::local;
  if (settings_.pseudonyms) settings_.pseudonyms->hide(reception);
  if (reception.is_message() && reception.outcome == policy::Outcome::accepted) ++messages_;
  block_.add(reception);
  if (block_.is_full()) output_->write(block_.take());
}

Result<void, std::string> ExtractFile::finish() {
  if (!block_.is_empty()) output_->write(block_.take());
  return output_->finish(settings_.path);
}

}  // namespace postern::app

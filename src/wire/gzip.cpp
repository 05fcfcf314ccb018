#include "wire/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "wire/inflater.hpp"

namespace postern::wire {
namespace {

constexpr int zlib_window = 15;                // the largest
constexpr int gzip_window = zlib_window + 16;  // zlib's way to ask for gzip's header
constexpr std::size_t gzip_piece = 64 * 1024;

Bytef* bytes_of(std::string_view text) {  // zlib does not write to its input
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::string deflated(std::string_view bytes, int window) {
  z_stream stream{};
  std::string out;
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return out;
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
  std::array<char, gzip_piece> buffer{};
  for (int status = Z_OK; status == Z_OK;) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = gzip_piece;
    status = ::deflate(&stream, Z_FINISH);
    out.append(buffer.data(), gzip_piece - stream.avail_out);
  }
  ::deflateEnd(&stream);
  return out;
}

}  // namespace

std::string gzip(std::string_view bytes) { return deflated(bytes, gzip_window); }

std::string zlib_compressed(std::string_view bytes) { return deflated(bytes, zlib_window); }

std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit) {
  Inflater inflater(Inflater::Form::gzip);
  std::array<char, gzip_piece> buffer{};
  std::string out;
  for (;;) {
    auto const step = inflater.step(bytes, buffer);
    out.append(buffer.data(), step.given);
    bytes.remove_prefix(step.taken);
    bool const is_cut_off = step.taken == 0 && step.given == 0;
    if (step.state == Inflater::State::damaged || out.size() > limit) return std::nullopt;
    if (step.state == Inflater::State::unfinished && is_cut_off) return std::nullopt;
    if (step.state != Inflater::State::ended) continue;
    if (!is_gzip(bytes)) return out;  // padding, as tapes and some mailers add it
    inflater.reset();
  }
}

bool is_gzip(std::string_view bytes) { return bytes.substr(0, 2) == "\x1f\x8b"; }

}  // namespace postern::wire

#include "wire/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace postern::wire {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib's way to ask for gzip's header
constexpr std::size_t piece = 64 * 1024;

Bytef* bytes_of(std::string_view text) {  // zlib does not write to its input
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  std::string out;
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return out;
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
  std::array<char, piece> buffer{};
  for (int status = Z_OK; status == Z_OK;) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = piece;
    status = ::deflate(&stream, Z_FINISH);
    out.append(buffer.data(), piece - stream.avail_out);
  }
  ::deflateEnd(&stream);
  return out;
}

std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit) {
  z_stream stream{};
  if (::inflateInit2(&stream, gzip_window) != Z_OK) return std::nullopt;
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
  std::array<char, piece> buffer{};
  std::string out;
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = piece;
    status = ::inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.data(), piece - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (status != Z_STREAM_END || out.size() > limit) return std::nullopt;
  return out;
}

bool is_gzip(std::string_view bytes) { return bytes.substr(0, 2) == "\x1f\x8b"; }

}  // namespace postern::wire

#include "wire/inflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace postern::wire {
namespace {

uInt to_zlib_size(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

struct Inflater::Stream {
  z_stream zlib{};
};

Inflater::Inflater(Form form) : stream_(std::make_unique<Stream>()) {
  constexpr int largest_window = 15;
  constexpr int with_gzip_header = 16;  // zlib's way to ask for it
  int const bits = form == Form::gzip ? largest_window + with_gzip_header : -largest_window;
  if (::inflateInit2(&stream_->zlib, bits) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { ::inflateEnd(&stream_->zlib); }

Inflater::Step Inflater::step(std::string_view in, std::span<char> out) {
  auto& zlib = stream_->zlib;
  auto const in_size = to_zlib_size(in.size());
  auto const out_size = to_zlib_size(out.size());
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib does not write to it
  zlib.avail_in = in_size;
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = out_size;
  int const result = ::inflate(&zlib, Z_NO_FLUSH);
  Step step{.taken = in_size - zlib.avail_in, .given = out_size - zlib.avail_out};
  if (result == Z_STREAM_END)
    step.state = State::ended;
  else if (result != Z_OK && result != Z_BUF_ERROR)
    step.state = State::damaged;
  return step;
}

void Inflater::reset() { ::inflateReset(&stream_->zlib); }

}  // namespace postern::wire

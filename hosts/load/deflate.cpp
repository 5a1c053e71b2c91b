#include "load/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

namespace plugboard::load {
namespace {

// Ends every flushed stream, and is left out of a message (RFC 7692 section 7.2.1).
constexpr std::string_view kFlushed("\x00\x00\xff\xff", 4);

Bytef* bytes_of(std::string_view text) {
  // zlib reads only, but has no const in this place.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

std::string stored_header(std::size_t size) {
  const auto low = static_cast<unsigned char>(size & 0xff);
  const auto high = static_cast<unsigned char>(size >> 8);
  const std::array<unsigned char, 5> header{0, low, high, static_cast<unsigned char>(~low),
                                            static_cast<unsigned char>(~high)};
  return {header.begin(), header.end()};
}

std::string deflated_end(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, text.size()) + 16, '\0');
  stream.next_in = bytes_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out - kFlushed.size());
  deflateEnd(&stream);
  return out;
}

void Expander::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

Expander::Expander() : stream_(new z_stream{}), out_(64UL * 1024, '\0') {
  if (inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

std::string_view Expander::expand(std::string_view payload) {
  inflateReset(stream_.get());
  std::size_t size = 0;
  for (const std::string_view part : {payload, kFlushed}) {
    stream_->next_in = bytes_of(part);
    stream_->avail_in = static_cast<uInt>(part.size());
    do {
      if (size == out_.size()) out_.resize(2 * out_.size());
      stream_->next_out = bytes_of(out_) + size;
      stream_->avail_out = static_cast<uInt>(out_.size() - size);
      const int done = inflate(stream_.get(), Z_SYNC_FLUSH);
      size = out_.size() - stream_->avail_out;
      if (done != Z_OK && done != Z_BUF_ERROR) {
        throw std::runtime_error("the server sent a message that is not DEFLATE");
      }
    } while (stream_->avail_in != 0 || stream_->avail_out == 0);
  }
  return std::string_view(out_).substr(0, size);
}

}  // namespace plugboard::load

#include "storage/human/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace genloss::storage {
namespace {

class Inflation {
 public:
  explicit Inflation(std::span<const std::byte> stream) {
    if (stream.size() > std::numeric_limits<uInt>::max()) throw std::runtime_error("compressed data is too large");
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(stream.data()));
    state_.avail_in = static_cast<uInt>(stream.size());
    constexpr int zlib_or_gzip = 32 + MAX_WBITS;
    if (inflateInit2(&state_, zlib_or_gzip) != Z_OK) throw std::runtime_error("zlib could not start");
  }
  ~Inflation() { inflateEnd(&state_); }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  /// Appends up to `room` bytes. @return whether the stream has ended
  bool append_to(std::vector<std::byte>& out, std::size_t room) {
    const std::size_t before = out.size();
    out.resize(before + room);
    state_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    state_.avail_out = static_cast<uInt>(room);
    const int status = inflate(&state_, Z_NO_FLUSH);
    out.resize(out.size() - state_.avail_out);
    if (status != Z_OK && status != Z_STREAM_END) throw std::runtime_error("compressed data is damaged or cut off");
    return status == Z_STREAM_END;
  }

 private:
  z_stream state_{};
};

}  // namespace

std::vector<std::byte> inflate_stream(std::span<const std::byte> stream, std::uint64_t most_bytes) {
  constexpr std::uint64_t step = std::uint64_t{1} << 20;
  Inflation inflation(stream);
  std::vector<std::byte> out;
  // One byte more than allowed may be asked for, to tell a stream that just fits from one that goes on.
  while (!inflation.append_to(out, std::min(step, most_bytes + 1 - out.size()))) {
    if (out.size() > most_bytes) throw std::runtime_error("uncompressed data is larger than it should be");
  }
  if (out.size() > most_bytes) throw std::runtime_error("uncompressed data is larger than it should be");
  return out;
}

}  // namespace genloss::storage

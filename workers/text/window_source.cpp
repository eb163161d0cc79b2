#include "workers/text/window_source.hpp"

#include <cstring>
#include <vector>

namespace genloss::workers {

void WindowSource::read(std::uint64_t unit, std::span<std::byte> out) {
  // Through a buffer of its own, so that `out` need not be aligned for int32.
  std::vector<std::int32_t> tokens(context_ + 1);
  stream_->read(unit * context_, tokens);
  std::memcpy(out.data(), tokens.data(), unit_bytes());
}

}  // namespace genloss::workers

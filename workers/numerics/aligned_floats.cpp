#include "workers/numerics/aligned_floats.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace genloss::workers::numerics {

AlignedFloats::AlignedFloats(std::size_t count) : count_(count) {
  constexpr std::size_t line = 64, huge_page = std::size_t{2} << 20;
  const std::size_t unit = count * sizeof(float) >= huge_page ? huge_page : line;
  const std::size_t bytes = (count * sizeof(float) + unit - 1) / unit * unit;
  if (bytes == 0) return;
  void* memory = std::aligned_alloc(unit, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (unit == huge_page) (void)madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: without it things are only slower
  std::memset(memory, 0, bytes);
  data_.reset(static_cast<float*>(memory));
}

void AlignedFloats::Free::operator()(float* p) const noexcept { std::free(p); }

}  // namespace genloss::workers::numerics

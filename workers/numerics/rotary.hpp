#pragma once
#include <cstddef>
#include <vector>

#include "workers/numerics/matrix.hpp"

namespace genloss::workers::numerics {

/// Rotary positions in half-split form (Su et al. 2021): turns the pair (x[i], x[i + size / 2]) of every head by the
/// angle t * theta^(-2 i / size) of its position t.
class Rotary {
 public:
  Rotary(std::size_t positions, std::size_t head_size, double theta);
  /// Turns all heads of x in place; row r is at position r % positions. @param back turns the other way: the
  /// gradient's way. In parallel.
  void turn(const Matrix& x, bool back) const;
  /// The same for `count` heads side by side at one position; on the calling thread.
  void turn_row(float* heads, std::size_t count, std::size_t position, bool back) const;

 private:
  std::size_t positions_, half_;
  std::vector<float> cosines_, sines_;
};

}  // namespace genloss::workers::numerics

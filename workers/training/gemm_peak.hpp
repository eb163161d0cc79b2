#pragma once
// The machine's speed, as the yardstick of a training's.

namespace genloss::workers {

/// FLOP/s of the fastest float matrix product at hand (LibTorch's and ours), 1024 x 1024 x 1024, at the current number
/// of threads. Measured on the first call (0.2 s), remembered per process and number of threads. Local.
[[nodiscard]] double gemm_peak();

}  // namespace genloss::workers

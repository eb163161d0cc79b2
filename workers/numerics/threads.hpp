#pragma once

namespace genloss::workers::numerics {

/// Lets our kernels and LibTorch's operators use `threads` threads from now on.
void use_threads(int threads);
[[nodiscard]] int threads_in_use() noexcept;

}  // namespace genloss::workers::numerics

#pragma once

namespace genloss::workers {

/// Lets LibTorch and our kernels use `threads` threads from now on. Their number is part of what a result is a function
/// of.
void use_threads(int threads);

}  // namespace genloss::workers

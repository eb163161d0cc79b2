#pragma once
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Tokens per second of one rank's forward and backward passes over `rows` sequences at a time, measured for about
/// half a second. Of a model too large for that, fewer layers and tokens are run, and the speed is scaled by FLOPs.
/// Optimizer and communication are not in it. Local; sets the number of threads.
[[nodiscard]] double measure_training_rate(const Architecture& architecture, int rows, int threads);

}  // namespace genloss::workers

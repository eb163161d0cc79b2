#include "workers/transformer/torch_version.hpp"

#include <torch/version.h>

namespace genloss::workers {

std::string torch_version() { return TORCH_VERSION; }

}  // namespace genloss::workers

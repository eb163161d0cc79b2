#pragma once
#include <string>

namespace genloss::workers {

/// Of the LibTorch this program was built with: "2.14.1".
[[nodiscard]] std::string torch_version();

}  // namespace genloss::workers

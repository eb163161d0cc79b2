#pragma once
// Who this program is.

#include <string_view>

namespace genloss::orchestrator {

inline constexpr std::string_view version_text = "genloss 0.1.0";

}  // namespace genloss::orchestrator

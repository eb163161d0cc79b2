#pragma once
#include <string>

namespace genloss::orchestrator {

/// Now, in UTC, as "2026-11-23T12:00:00Z": for people who read journals and logs. Never enters a result.
[[nodiscard]] std::string utc_now();

}  // namespace genloss::orchestrator

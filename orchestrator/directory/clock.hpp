#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace genloss::orchestrator {

/// Now, in UTC, as "2026-11-23T12:00:00Z": for people who read journals and logs. Never enters a result.
[[nodiscard]] std::string utc_now();
/// The same as seconds since 1970.
[[nodiscard]] std::int64_t unix_now();
/// Seconds since 1970 of a text that utc_now() made; nothing if it did not.
[[nodiscard]] std::optional<std::int64_t> unix_from(const std::string& utc);

}  // namespace genloss::orchestrator

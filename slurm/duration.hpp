#pragma once
// Slurm's ways of writing a length of time.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace genloss::slurm {

inline constexpr std::chrono::seconds unlimited = std::chrono::seconds::max();

/// "M", "M:S", "H:M:S", "D-H", "D-H:M", "D-H:M:S" and "UNLIMITED" or "INFINITE", as sbatch --time takes them and squeue
/// prints them. Nothing if it is none of these ("INVALID", "NOT_SET", "4h").
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// "2-03:04:05", "3:04:05" (always with hours); "UNLIMITED".
[[nodiscard]] std::string duration_text(std::chrono::seconds duration);

}  // namespace genloss::slurm

#pragma once
// Which program this is.

#include <string_view>

namespace genloss::orchestrator {

/// Name and version, as `genloss --version` prints it before the commit.
inline constexpr std::string_view version_text = "genloss 0.1.0";

/// The commit it was built from, 40 hex digits, with "-dirty" behind it if files had changed; "unknown" outside a
/// checkout. Known when it was built (.cmake/Commit.cmake).
[[nodiscard]] std::string_view program_commit() noexcept;

}  // namespace genloss::orchestrator

#pragma once
// Ranks in words, for messages that people act on.

#include <span>
#include <string>
#include <vector>

namespace genloss::comms {

/// "rank 3 (host h2)", "ranks 0-4 (host h1), 7, 9 (host h2)": grouped by host, runs of three and more as a range.
/// @param ranks ascending
/// @param hosts host name of every rank, or empty if unknown
[[nodiscard]] std::string name_ranks(std::span<const int> ranks, const std::vector<std::string>& hosts);

}  // namespace genloss::comms

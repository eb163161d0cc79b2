#pragma once
// The norm of a gradient that lies in slices on several ranks, with bits that do not depend on the slicing.

#include <cstddef>
#include <span>

#include "comms/communicator.hpp"

namespace genloss::workers {

/// Slices are cut at multiples of this many elements.
inline constexpr std::size_t norm_block = 4096;

/// Smallest multiple of (norm_block x ranks) that holds `elements`.
[[nodiscard]] std::size_t padded_size(std::size_t elements, int ranks);

/// Euclidean norm over all ranks' slices (equal sizes, a multiple of norm_block each): squares are summed per block in
/// double, block sums are gathered and added in one order everywhere. Collective.
[[nodiscard]] double global_norm(std::span<const float> slice, comms::Communicator& ranks);

}  // namespace genloss::workers

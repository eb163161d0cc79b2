#pragma once
// Sufficient statistics of a mix: sums over all its units, with bits that do not depend on the number of ranks.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "comms/communicator.hpp"
#include "workers/mix/mix_reader.hpp"

namespace genloss::workers {

/// Adds what the bytes of one unit contribute to the sums, by its weight in the loss.
using AccumulateUnit = std::function<void(std::span<const std::byte> unit, double weight, std::span<double> sums)>;

/// Collective. `count` sums over all units of an epoch, on every rank. Lane l takes units [N l / lanes, N (l + 1) /
/// lanes) in order: fixed by the plan alone; lanes are combined by a fixed tree.
/// @throws Error(usage) if there are more ranks than lanes
[[nodiscard]] std::vector<double> sum_of_units(comms::Communicator& ranks, MixReader& mix, int lanes, std::size_t count,
                                               std::string_view what, const AccumulateUnit& accumulate);

/// The same for units of values of one type.
template <class T>
[[nodiscard]] std::vector<double> sum_over_lanes(
    comms::Communicator& ranks, MixReader& mix, int lanes, std::size_t count, std::string_view what,
    const std::function<void(std::span<const T> unit, double weight, std::span<double> sums)>& accumulate) {
  return sum_of_units(
      ranks, mix, lanes, count, what, [&](std::span<const std::byte> unit, double weight, std::span<double> sums) {
        // The bytes lie in a buffer that new[] aligned for any of these types.
        accumulate({reinterpret_cast<const T*>(unit.data()), unit.size() / sizeof(T)}, weight, sums);  // NOLINT
      });
}

/// Collective. Whether any rank was asked to stop. @param requested may be empty
[[nodiscard]] bool stop_agreed(comms::Communicator& ranks, const std::function<bool()>& requested);

}  // namespace genloss::workers

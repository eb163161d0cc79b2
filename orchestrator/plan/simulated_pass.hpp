#pragma once
// A pass over items in virtual time: thousands of ranks that do not exist are played by the code of those that do.

#include <cstdint>
#include <functional>
#include <vector>

#include "orchestrator/dispatch/grant_table.hpp"

namespace genloss::orchestrator::plan {

/// The machine that is pretended. Times are seconds.
struct SimulatedRanks {
  int ranks = 2;
  double latency = 20e-6;  ///< of a message, one way
  double service = 2e-6;   ///< the coordinator's time per message; one at a time
  /// When a rank dies. MPI ends the whole job then, so it is started again: sealed items are granted again and only
  /// checked, items in progress are lost.
  std::vector<double> failures;
  double restart = 60;  ///< from a rank's death to the first request of the next start
  double check = 0.01;  ///< of an item that is found sealed
};

struct SimulatedPass {
  double makespan = 0;    ///< from the first request to the last completion
  double ideal = 0;       ///< no schedule is faster, even one that knows all lengths: max(work / ranks, longest item)
  double work = 0;        ///< sum over items
  double lost = 0;        ///< work in progress when ranks died, over all ranks
  double worst_wait = 0;  ///< longest time a rank spent without work, waiting for a grant that came
  double mean_wait = 0;   ///< over ranks that work
  std::uint64_t messages = 0;  ///< requests answered by the coordinator
  int starts = 1;
};

/// What an item takes.
using ItemSeconds = std::function<double(std::uint64_t item)>;

/// Plays a pass of GrantWorkers at a GrantDesk, which answers in order of arrival; rank 0 works too where granted_pass
/// has it work.
[[nodiscard]] SimulatedPass simulate_pass(std::uint64_t items, const ItemSeconds& seconds,
                                          const SimulatedRanks& machine);

/// The same over items that become ready one after the other, each rank (a group) at one item; nobody dies, and `ideal`
/// knows nothing of what waits for what.
[[nodiscard]] SimulatedPass simulate_graph(ItemSource& items, const ItemSeconds& seconds,
                                           const SimulatedRanks& machine);

enum class StaticSplit { blocks, stride };
/// The same items dealt out beforehand: equal blocks of neighbours, or every ranks-th item. No messages.
[[nodiscard]] SimulatedPass split_statically(std::uint64_t items, const ItemSeconds& seconds,
                                             const SimulatedRanks& machine, StaticSplit split);

}  // namespace genloss::orchestrator::plan

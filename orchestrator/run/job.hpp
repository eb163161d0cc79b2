#pragma once
// One start of the program on a study: groups of ranks make the nodes of its graph, until all are made or it is
// stopped.

#include <string>
#include <vector>

#include "comms/world.hpp"
#include "jobs/chains.hpp"
#include "jobs/error.hpp"

namespace genloss::orchestrator {

/// Ranks of a job divided over chains: each group has ranks [first, first + size) and works on one node at a time.
struct GroupLayout {
  int groups = 1;
  /// Group of a rank; its members follow each other.
  [[nodiscard]] int of(int rank, int ranks) const { return static_cast<int>((std::int64_t{rank} * groups) / ranks); }
};
/// One group a chain, as far as there are ranks: chains need nothing from each other, ranks of a group do. With GPUs
/// all ranks are one group: ranks find their GPU, and see that it is theirs alone, among the ranks that train together.
[[nodiscard]] GroupLayout groups_for(int ranks, std::size_t chains, jobs::DeviceKind device);

/// Takes `chains` of a study from wherever they are to their last generation. Called on all ranks together.
/// @return done; stopped: state is saved; bad_data: chains were closed, the others are done
[[nodiscard]] ExitCode run_study(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains,
                                 const comms::World& world);

}  // namespace genloss::orchestrator

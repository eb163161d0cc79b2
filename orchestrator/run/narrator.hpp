#pragma once
// What a job tells people on the terminal while it works, and at its end.

#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/report/console.hpp"
#include "orchestrator/run/phase_times.hpp"

namespace genloss::orchestrator {

/// Shares of all ranks' time.
struct TimeShares {
  double integrity = 0;  ///< in checksums, digests and fsync
  double idle = 0;       ///< in which a rank's group had nothing to do
};

/// Speaks on the rank whose console does.
class Narrator {
 public:
  /// All outlive it. @param run the run directory
  Narrator(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains, std::filesystem::path run,
           Console& console)
      : study_(study), chains_(chains), run_(std::move(run)), console_(console) {}

  void opening(int ranks, int groups);
  /// A generation of some chains is begun.
  void begins(const Node& node);
  /// A chain's generation is measured: told with those before it, in order, whatever the order in which they end.
  void measured(int chain, int generation);
  /// The table of the one chain, or how to see those of several; where the time went.
  void end(const PhaseTimes& times, const TimeShares& shares, int groups);

 private:
  struct Told {
    std::set<int> measured;
    int next = 0;
  };
  const jobs::StudySpec& study_;
  const std::vector<jobs::Chain>& chains_;
  std::filesystem::path run_;
  Console& console_;
  std::map<int, Told> told_;  // by chain
};

}  // namespace genloss::orchestrator

#pragma once
// Drops a model or a corpus: describes it, lets the run link to the description, and removes it from the store unless
// another run links to it.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/store/claim.hpp"

namespace genloss::orchestrator {

/// What was, or would be, removed.
struct Freed {
  std::uint64_t artefacts = 0, files = 0, bytes = 0;
  Freed& operator+=(const Freed& other) noexcept;
};
/// Regular files below a folder, and their bytes. Nothing if it is not there.
[[nodiscard]] Freed size_of(const std::filesystem::path& folder);

/// Of one claimant, in one thread.
class Drops {
 public:
  /// @param runs folder of runs, whose store it is
  Drops(std::filesystem::path runs, Claimant self);

  /// May be called again at any time, also for what a start that died has dropped in part.
  ///
  /// Race-free with other jobs: whoever finds an artefact links to it, and only then looks whether it is claimed and
  /// still there; whoever removes one claims it, and only then looks for links. So either the link is seen here, and
  /// the artefact stays, or the claim or the gap is seen there, and it is made again.
  /// @param views folders of all chains that show it
  /// @throws Error(bad_data) if it is damaged such that it cannot be described; Error(input_output)
  Freed drop(const Node& node, const std::vector<RunPaths>& views);

  /// Removes a sealed artefact that nobody links to. @return nothing where somebody does, or has claimed it
  Freed remove_unlinked(const Shelf& shelf, std::optional<int> generation);

 private:
  void describe(NodeKind kind, const storage::Digest& recipe);
  std::filesystem::path runs_;
  std::string token_;
  Store store_;
  Claims claims_;
};

}  // namespace genloss::orchestrator

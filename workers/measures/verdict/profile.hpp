#pragma once
// What kind of change happened to a generation: early collapse, late collapse, noise or none.

#include <string>
#include <string_view>
#include <vector>

#include "workers/measures/verdict/changes.hpp"

namespace genloss::workers {

enum class Stage {
  none,
  early,  ///< the tails or the variety shrink; no repetition yet
  late,   ///< repetition, or less variety together with unearned confidence
  noise   ///< strings that no human wrote, and more surprising text; not a collapse
};
[[nodiscard]] std::string_view name_of(Stage stage) noexcept;

struct Profile {
  Stage stage = Stage::none;
  std::vector<Change> evidence;  ///< material changes that speak for it
  std::vector<Change> besides;   ///< material changes that do not
  std::vector<Change> quality;   ///< how far human text is predicted worse: hardly, in an early collapse
};

/// By the signs of the material changes: late if there is repetition, and less variety or lost tails or unearned
/// confidence; else noise if two measures show it and none shows less variety; else early if two measures show less
/// variety or lost tails; else none.
[[nodiscard]] Profile profile_of(const std::vector<Change>& changes);

/// "early: LABEL a -> b unit (effect [interval]); ...", with the change of quality where it was measured.
[[nodiscard]] std::string describe(const Profile& profile, std::size_t most = 4);

}  // namespace genloss::workers

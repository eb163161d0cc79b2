#pragma once
// A study is one chain of generations, or several: arms (what differs) times seeds (chance alone).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::jobs {

/// One chain of a study.
struct Chain {
  std::string arm;  ///< empty if the study names none
  StudySpec spec;   ///< of this chain alone: no arms, one seed, its `study.repetition`
  /// "half seed 2": as people are told; empty if the study has one chain. Seeds are those of study.seed + repetition.
  std::string name;
  std::string title;  ///< as short as it can be told apart: "half" if each arm has one seed
  /// Folder of the chain below the run directory: "half/seed-2", "seed-2"; empty if the study has one chain.
  std::string folder;
};

/// Folder of a chain below the run directory. @param arm empty: the study names none
[[nodiscard]] std::string chain_folder(const std::string& arm, std::uint64_t seed);

/// All chains: arm after arm in the order of the study, of each its repetitions in order.
/// @throws Error(usage) if an arm sets an option to what it cannot be
[[nodiscard]] std::vector<Chain> chains_of(const StudySpec& study);

/// Names an arm, or gives one that is there other options.
/// @param text "section.key=value section.key=\"value with blanks\""
/// @param where file or command line, for errors
/// @throws Error(usage) for a name that cannot be a folder, a word that is not an option, an option that belongs to the
/// study as a whole ([study], [runtime])
void set_arm(StudySpec& study, const std::string& name, const std::string& text, const std::string& where);
/// The options of an arm as set_arm() reads them.
[[nodiscard]] std::string arm_text(const Arm& arm);

/// Titles of some of `chains` for people, by their index: "control, late", "all chains"; empty if the study has one.
[[nodiscard]] std::string titles_of(const std::vector<Chain>& chains, const std::vector<int>& some);

/// The chains that `arm` and `seed` leave of all. @param arm empty: every arm @param seed nothing: every seed
/// @throws Error(usage) if there is none such
[[nodiscard]] std::vector<Chain> selected(std::vector<Chain> chains, const std::string& arm,
                                          std::optional<std::uint64_t> seed);

}  // namespace genloss::jobs

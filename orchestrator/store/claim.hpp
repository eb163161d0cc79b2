#pragma once
// Who makes an artefact: claims save work, correctness comes from the rename that seals it.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "orchestrator/store/store.hpp"

namespace genloss::orchestrator {

/// Who claims. Starts of one run follow each other (a run is locked), so what an earlier start claimed is free.
struct Claimant {
  std::string run;      ///< run directory
  std::string attempt;  ///< this start, and the group of ranks in it
  /// How often a holder says that it lives. A claim is expired when it has said nothing for three intervals of the
  /// clock of whoever waits; times of files are never compared.
  std::chrono::milliseconds interval{2000};
  /// A holder that says that it lives, and has not got on for this long on the waiter's clock, hangs: its claim is
  /// taken over like an expired one. If it wakes up after all, and both seal, the rename decides.
  std::chrono::milliseconds hang{std::chrono::minutes(30)};
};

/// Between the attempt of a start and the number of a group of its ranks.
inline constexpr auto group_word = "-group-";

/// Holds RECIPE.claim and the folder in which the artefact is made, RECIPE.work-..., until it is released. A thread of
/// its own counts the claim's heartbeat up. Whoever takes an expired claim over renames the folder, so that an old
/// holder that wakes up writes nowhere.
class Claim {
 public:
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  /// Where the artefact is made; what earlier holders have made of it lies there.
  [[nodiscard]] const std::filesystem::path& work() const noexcept;
  /// The artefact is sealed: nothing is left of the claim.
  void fulfil();
  /// The work has got on. From the thread that does it, as often as it likes.
  void advance() noexcept;

 private:
  friend class Claims;
  struct State;
  explicit Claim(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The claims of one claimant.
class Claims {
 public:
  Claims(Store store, Claimant self);
  ~Claims();
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  /// Null while somebody else is at it. A claim that is let go unfulfilled leaves the folder to whoever comes next.
  /// @throws Error(input_output)
  [[nodiscard]] std::unique_ptr<Claim> take(std::string_view kind, const storage::Digest& recipe);
  /// Who was at it when take() last gave nothing, for people: "runs/a-0123abcd (attempt 17-0)".
  [[nodiscard]] std::string holder(std::string_view kind, const storage::Digest& recipe) const;
  /// Removes what a maker has left that died behind the seal, if it is dead for certain.
  /// @return whether nobody holds the recipe now
  bool sweep(std::string_view kind, const storage::Digest& recipe);

 private:
  struct Seen {
    std::string text;  ///< content of the claim, with its count
    std::chrono::steady_clock::time_point since;
    std::string work;  ///< how often the work had got on
    std::chrono::steady_clock::time_point work_since;
  };
  /// Whether the holder of a claim is to be waited for.
  [[nodiscard]] bool is_alive(Seen& seen, const std::string& text) const;
  Store store_;
  Claimant self_;
  std::map<std::string, Seen> seen_;  // claims of others
};

}  // namespace genloss::orchestrator

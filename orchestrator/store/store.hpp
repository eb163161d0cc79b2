#pragma once
// RUNS/.store/KIND/RECIPE/: every artefact once, sealed and read-only; runs are views of relative links.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/store/description.hpp"
#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

inline constexpr auto store_folder = ".store";

/// Which artefact of the store a path means.
struct Shelf {
  std::string kind, recipe;  ///< recipe: 64 hexadecimal digits, with ".work-..." behind them while it is being made
  [[nodiscard]] bool sealed() const { return recipe.find('.') == std::string::npos; }
  /// The recipe of what it is, or is going to be.
  [[nodiscard]] std::string made() const { return recipe.substr(0, recipe.find('.')); }
};

/// Names only, but for what says otherwise. `kind` is a folder: "model", "corpus".
class Store {
 public:
  /// @param runs the folder of runs; the store lies in its `.store`
  explicit Store(const std::filesystem::path& runs) : root_(runs / store_folder) {}

  /// Where the sealed artefact of a recipe lies, whether it is there or not.
  [[nodiscard]] std::filesystem::path sealed(std::string_view kind, const storage::Digest& recipe) const;
  /// The artefact that a path in the store belongs to.
  [[nodiscard]] Shelf shelf(const std::filesystem::path& path) const;
  [[nodiscard]] bool has(std::string_view kind, const storage::Digest& recipe) const;

  /// What is left of an artefact that a run has dropped, if one has.
  [[nodiscard]] std::optional<Description> description(std::string_view kind, const storage::Digest& recipe) const;
  /// Removes a sealed artefact: it is there or not at all, also after a power loss. @throws Error(input_output)
  void remove(std::string_view kind, const storage::Digest& recipe) const;

  /// Finishes removals that a start which died has begun.
  void sweep_trash() const;

  using DigestOf = std::function<storage::Digest(const std::filesystem::path& artefact)>;
  /// fsyncs `finished`, makes its files read-only, renames it into place. Where another maker was first its artefact
  /// stays and `finished` is removed. What was dropped before has to come out again.
  /// @throws Error(input_output); Error(internal) if the other maker, or an earlier one, made something else: a recipe
  /// that does not determine its artefact
  void seal(const std::filesystem::path& finished, std::string_view kind, const storage::Digest& recipe,
            const DigestOf& digest_of) const;
  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

 private:
  std::filesystem::path root_;
};

/// What a link of a run leads to; nothing if `link` is no link, or leads out of the store.
[[nodiscard]] std::optional<Shelf> shelf_of(const std::filesystem::path& link);

/// Makes `link` a relative link to `target`, in place of whatever link or left-over is there; durable.
/// @throws Error(input_output)
void point_to(const std::filesystem::path& link, const std::filesystem::path& target);

}  // namespace genloss::orchestrator

#pragma once
// The built program, run as a user runs it, and what it did.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace genloss::tests {

struct Outcome {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr, in order
};

/// Environment variables to add: {"GENLOSS_FAULT", "kill@1:MIXED"}.
using Environment = std::map<std::string, std::string>;

/// `genloss words...` alone (ranks = 0: without a launcher) or under mpirun on `ranks` ranks of this machine.
[[nodiscard]] Outcome genloss(int ranks, const std::vector<std::string>& words, const Environment& environment = {});
/// `genloss words...` on `hosts` hosts of two ranks each, made of network namespaces; exit code 77 where they cannot be
/// made.
[[nodiscard]] Outcome genloss_over_hosts(int hosts, const std::vector<std::string>& words,
                                         const Environment& environment = {});
/// The program that was built: a path without blanks or quotes.
[[nodiscard]] std::string program();
/// Any shell command, at most `seconds`.
[[nodiscard]] Outcome shell(const std::string& command, int seconds = 300);

/// A folder of its own for one test; removed at the end of a good test, kept (and named) after a bad one.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::string runs(const std::string& name = "runs") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What of a store or of runs below `runs` is neither sealed nor a run's own: claims, folders of work, temporary names.
[[nodiscard]] std::vector<std::string> left_over(const std::filesystem::path& runs);
/// jobs/NAME of the source tree.
[[nodiscard]] std::string study(const std::string& name);
/// Run directories below `runs`, by name.
[[nodiscard]] std::vector<std::filesystem::path> all_runs(const std::filesystem::path& runs);
/// The only run directory below `runs`.
[[nodiscard]] std::filesystem::path only_run(const std::filesystem::path& runs);
/// "generation 1 corpus" -> "sha256:...", of every artefact, as `verify` prints them; fails the test if one is not ok.
[[nodiscard]] std::map<std::string, std::string> verified_digests(const std::filesystem::path& run);
/// The same without measures, whose text may hold what differs between arms.
[[nodiscard]] std::map<std::string, std::string> models_and_corpora(const std::filesystem::path& run);

}  // namespace genloss::tests

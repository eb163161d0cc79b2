#pragma once
// made-by.json: which program, machines and attempt made an artefact, and what it took. Beside the artefact and outside
// every digest: it is for people, and nothing depends on it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "workers/numerics/numerics_key.hpp"

namespace genloss::orchestrator {

/// What is the same for everything that one start of a run makes.
struct ProgramStart {
  struct Host {
    std::string name, processor;  ///< "Intel(R) Xeon(R) Processor"
    int ranks = 0;
  };
  std::string program, commit;  ///< "genloss 0.1.0", 40 hex digits
  workers::numerics::NumericsKey numerics;
  std::string attempt;
  int threads = 0;          ///< per rank
  std::vector<Host> hosts;  ///< in order of their lowest rank
  [[nodiscard]] int ranks() const noexcept;
};

struct MadeBy {
  ProgramStart start;             ///< of the attempt that sealed it
  std::string begun, sealed;      ///< UTC; begun by the first attempt at it
  int attempts = 1;               ///< starts of the run that worked on it
  double seconds = 0;             ///< of work, in the attempt that sealed it
  std::uint64_t peak_memory = 0;  ///< bytes: resident, of the largest rank, since its program started
};

void write_made_by(const std::filesystem::path& file, const MadeBy& made);
/// Nothing if there is none. @throws Error(bad_data) if it is damaged
[[nodiscard]] std::optional<MadeBy> read_made_by(const std::filesystem::path& file);

}  // namespace genloss::orchestrator

#include <cstdio>
#include <filesystem>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/report/verification.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// "RUN" or "RUN/generation-003/model/model.safetensors".
struct Target {
  std::vector<RunPaths> chains;
  std::optional<int> last_model;
};

Target target_of(const fs::path& given) {
  if (!fs::exists(given)) {
    throw Error(ExitCode::bad_data, "verify", given.string(), "no such file or directory",
                "give the directory that `genloss run` printed, or a weight file in it");
  }
  const fs::path path = fs::absolute(given).lexically_normal();  // not where links lead: a run is made of links
  if (fs::is_directory(path)) return {chains_of_run(path), std::nullopt};
  const fs::path generation = path.parent_path().parent_path();
  const std::string name = generation.filename().string();
  const std::string prefix = "generation-";
  if (path.filename() != "model.safetensors" || name.rfind(prefix, 0) != 0) {
    throw Error(ExitCode::usage, "verify", given.string(), "neither a run directory nor a weight file of one",
                "weight files lie at RUN/generation-NNN/model/model.safetensors");
  }
  return {{only_chain_of(generation.parent_path(), "verify")}, std::stoi(name.substr(prefix.size()))};
}

ExitCode verify_command_body(const Words& words, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  const Target target = target_of(only_word(words, "verify", "a run directory or a weight file"));
  const bool good = verify_run(target.chains, target.last_model, [](const Finding& finding) {
    std::printf("%s\n", finding.text().c_str());
    std::fflush(stdout);
  });
  return good ? ExitCode::done : ExitCode::bad_data;
}

}  // namespace

const Command verify_command{
    "verify", "RUN | RUN/generation-NNN/model/model.safetensors", "check every byte back to the human documents",
    R"(Recomputes all digests: human documents, mixes, models, corpora, measures, and that each names the others it was
made from. One line per artefact; of a run of several chains it begins with "arm A seed S". Exits 0 if all hold, else
65. Given a weight file, checks its ancestry alone; given RUN/ARM/seed-S, that chain.)",
    verify_command_body};

}  // namespace genloss::orchestrator

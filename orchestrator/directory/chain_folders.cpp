#include "orchestrator/directory/chain_folders.hpp"

#include "jobs/chains.hpp"
#include "jobs/error.hpp"
#include "jobs/study_file.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

std::vector<RunPaths> chains_below(const fs::path& run) {
  std::vector<RunPaths> chains;
  for (const jobs::Chain& chain : jobs::chains_of(jobs::read_study(RunPaths{run}.study()))) {
    if (chain.folder.empty()) {
      chains.push_back({run});
    } else {
      chains.push_back({run / chain.folder, run, chain.name});
    }
  }
  return chains;
}

/// A run that has lost its journal is one all the same.
bool is_home(const fs::path& folder) {
  const RunPaths run{folder};
  return fs::exists(run.study()) && (fs::exists(run.journal()) || fs::exists(run.numerics()) || fs::exists(run.logs()));
}

}  // namespace

std::vector<RunPaths> chains_of_run(const fs::path& directory) {
  const fs::path folder = fs::absolute(directory / "").lexically_normal().parent_path();
  if (!fs::exists(RunPaths{folder}.study())) {
    throw Error(ExitCode::bad_data, "read run", directory.string(), "this is not a run directory",
                "give a directory that `genloss run` printed");
  }
  if (is_home(folder)) return chains_below(folder);
  for (const fs::path& above : {folder.parent_path(), folder.parent_path().parent_path()}) {
    if (!is_home(above)) continue;
    for (const RunPaths& chain : chains_below(above)) {
      if (chain.root == folder) return {chain};
    }
  }
  return {{folder}};  // a copy of a chain
}

std::string arm_of(const RunPaths& chain) {
  std::string arm = chain.chain.substr(0, std::min(chain.chain.size(), chain.chain.rfind("seed ")));
  while (!arm.empty() && arm.back() == ' ') arm.pop_back();
  return arm;
}

RunPaths only_chain_of(const fs::path& directory, std::string_view operation) {
  const auto chains = chains_of_run(directory);
  if (chains.size() == 1) return chains.front();
  std::string names;
  for (const RunPaths& chain : chains) {
    names += (names.empty() ? "" : ", ") + chain.root.lexically_relative(chain.run()).string();
  }
  throw Error(ExitCode::usage, std::string(operation), directory.string(), "it has several chains",
              "give one of its folders: " + names);
}

}  // namespace genloss::orchestrator

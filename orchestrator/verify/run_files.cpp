#include "orchestrator/verify/run_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/verify/piece.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> of_a_run{"study.ini", "numerics.json", "journal.jsonl", "progress.json",
                                        "slurm",     "logs",          ".lock"};
const std::vector<std::string> of_a_chain{"study.ini", "human.json", "human-text", "tokenizer", "human-tokens"};
const std::vector<std::string> of_a_generation{
    "mix.json", "mix.made-by.json", "training.jsonl", "checkpoints",           "measuring", "evaluation.made-by.json",
    "model",    "corpus",           "measures.json",  "measures.made-by.json", "columns"};

void append(std::vector<FileFault>& all, std::vector<FileFault> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// @param columns that the study of the chain names
void add_generations(const fs::path& chain, const std::vector<std::string>& columns, std::vector<std::string>& known,
                     std::vector<FileFault>& extra) {
  std::vector<std::string> generations;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(chain, none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("generation-") && entry.is_directory()) generations.push_back(name);
  }
  std::sort(generations.begin(), generations.end());
  for (const auto& name : generations) {
    append(extra, extra_files(chain / name, of_a_generation));
    append(extra, extra_files(GenerationPaths{chain / name}.all_columns(), columns));
  }
  known.insert(known.end(), generations.begin(), generations.end());
}

std::vector<std::string> columns_of_study(const RunPaths& chain) {
  std::vector<std::string> names;
  try {
    for (const jobs::ColumnOrder& column : jobs::read_study(chain.study()).columns) names.push_back(column.name);
  } catch (const Error&) {  // told where the study is checked
  }
  return names;
}

}  // namespace

std::vector<FileFault> unknown_entries(const std::vector<RunPaths>& chains) {
  std::vector<FileFault> extra;
  const fs::path run = chains.front().run();
  std::vector<std::string> of_home = of_a_run;
  std::set<fs::path> arms;
  for (const RunPaths& chain : chains) {
    std::vector<std::string> known = of_a_chain;
    if (chain.root == run) {
      of_home.insert(of_home.end(), known.begin(), known.end());
      add_generations(run, columns_of_study(chain), of_home, extra);
      continue;
    }
    add_generations(chain.root, columns_of_study(chain), known, extra);
    append(extra, extra_files(chain.root, known));
  }
  // Folders of chains, also of those that are not looked at.
  for (const RunPaths& chain : chains_of_run(run)) {
    const fs::path inside = chain.root.lexically_relative(run);
    if (inside != ".") of_home.push_back(inside.begin()->string());
    if (std::distance(inside.begin(), inside.end()) == 2) arms.insert(chain.root.parent_path());
  }
  for (const fs::path& arm : arms) {
    std::vector<std::string> seeds;
    for (const RunPaths& chain : chains_of_run(run)) {
      if (chain.root.parent_path() == arm) seeds.push_back(chain.root.filename().string());
    }
    append(extra, extra_files(arm, seeds));
  }
  append(extra, extra_files(run, of_home));
  return extra;
}

}  // namespace genloss::orchestrator

#include "orchestrator/report/makers.hpp"

#include <filesystem>
#include <functional>

#include "jobs/numbers.hpp"
#include "orchestrator/directory/made_by.hpp"
#include "orchestrator/report/text_table.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/json.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// In the order in which they are made.
void each_made_by(const RunPaths& run, const std::function<void(const std::string& artefact, const fs::path&)>& tell) {
  const auto found = [&](const std::string& artefact, const fs::path& file) {
    if (fs::exists(file)) tell(artefact, file);
  };
  found("tokenizer", RunPaths::made_by(run.tokenizer()));
  found("human tokens", RunPaths::made_by(run.tokens()));
  for (int n = 0; fs::exists(run.generation(n).root); ++n) {
    const GenerationPaths paths = run.generation(n);
    const std::string generation = "generation " + std::to_string(n) + " ";
    found(generation + "mix", paths.mix_made_by());
    found(generation + "model", RunPaths::made_by(paths.model()));
    found(generation + "corpus", RunPaths::made_by(paths.corpus()));
    found(generation + "measures", paths.measures_made_by());
  }
}

std::string hosts_text(const ProgramStart& start) {
  if (start.hosts.empty()) return "-";
  const std::string first = start.hosts.front().name;
  return start.hosts.size() == 1 ? first : first + " and " + std::to_string(start.hosts.size() - 1) + " more";
}

std::string processor_text(const ProgramStart& start) {
  if (!start.numerics.gpu.empty()) return start.numerics.gpu;
  return start.hosts.empty() ? "-" : start.hosts.front().processor;
}

}  // namespace

std::string makers_table(const RunPaths& run) {
  std::vector<TableRow> rows{{{"artefact", "program", "processor", "instructions", "ranks x threads", "host", "sealed",
                               "work", "peak memory"}}};
  each_made_by(run, [&](const std::string& artefact, const fs::path& file) {
    const MadeBy made = *read_made_by(file);
    const ProgramStart& start = made.start;
    rows.push_back(
        {{artefact, start.program + " " + start.commit.substr(0, 8), processor_text(start),
          std::string(name_of(start.numerics.instructions)),
          std::to_string(start.ranks()) + " x " + std::to_string(start.threads), hosts_text(start), made.sealed,
          duration_text(made.seconds) + (made.attempts > 1 ? " (attempt " + std::to_string(made.attempts) + ")" : ""),
          bytes_text(made.peak_memory)}});
  });
  return rows.size() == 1 ? "nothing of " + run.root.string() + " says what made it" : list_text(rows);
}

nlohmann::ordered_json makers_json(const RunPaths& run) {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  each_made_by(run, [&](const std::string& artefact, const fs::path& file) {
    all[artefact] = storage::parse_json_file<nlohmann::ordered_json>(file, storage::document_limits);
  });
  return all;
}

}  // namespace genloss::orchestrator

#include "orchestrator/report/run_status.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/report/console.hpp"
#include "orchestrator/run/run_directory.hpp"
#include "storage/durable.hpp"
#include "storage/journal.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

bool held(const fs::path& directory) {
  try {
    const storage::RunLock probe(directory);
    return false;
  } catch (const Error&) {
    return true;
  }
}

/// The latest complete line of training.jsonl.
nlohmann::json last_line(const fs::path& file) {
  std::ifstream in(file);
  nlohmann::json latest;
  for (std::string line; std::getline(in, line);) {
    if (auto parsed = nlohmann::json::parse(line, nullptr, false); !parsed.is_discarded()) latest = std::move(parsed);
  }
  return latest;
}

std::uint64_t sealed_shards(const fs::path& shards) {
  std::error_code none;
  std::uint64_t sealed = 0;
  for (fs::recursive_directory_iterator it(shards, none), end; it != end; it.increment(none)) {
    if (it->path().extension() == ".h5") ++sealed;
  }
  return sealed;
}

void add_progress(RunStatus& status, const GenerationPaths& paths, const jobs::StudySpec& spec) {
  if (status.position.state == State::training) {
    const auto line = last_line(paths.training_log());
    if (!line.is_object()) return;
    status.what = "steps";
    status.done = line.value("step", std::uint64_t{0});
    status.total = line.value("steps", std::uint64_t{0});
    status.loss = line.value("loss", 0.0);
    status.tokens_per_second = line.value("tokens_per_second", 0.0);
  } else if (status.position.state == State::sampling) {
    status.what = "shards";
    status.done = sealed_shards(paths.corpus() / "shards");
    status.total = (spec.sampling.samples + spec.sampling.shard_samples - 1) / spec.sampling.shard_samples;
  }
}

std::string condition(const RunStatus& status) {
  if (status.running) return "running";
  if (status.position.finished) return "finished";
  return status.position.last_error.empty() ? "stopped" : "failed";
}

}  // namespace

RunStatus status_of(const RunPaths& run) {
  if (!fs::exists(run.journal()) || !fs::exists(run.study())) {
    throw Error(ExitCode::bad_data, "read status of", run.root.string(), "this is not a run directory",
                "give the directory that `genloss run` printed");
  }
  const jobs::StudySpec spec = jobs::read_study(run.study());
  RunStatus status;
  status.run = fs::absolute(run.root).string();
  status.study = spec.study.name;
  status.digest = recorded_study(run).text();
  status.generations = spec.study.generations;
  status.position = position_of(storage::Journal::read(run.journal()));
  status.running = held(run.root);
  if (status.position.generation >= 0) add_progress(status, run.generation(status.position.generation), spec);
  return status;
}

nlohmann::ordered_json to_json(const RunStatus& status) {
  nlohmann::ordered_json json{{"run", status.run},
                              {"study", status.study},
                              {"digest", status.digest},
                              {"condition", condition(status)},
                              {"running", status.running},
                              {"finished", status.position.finished},
                              {"generations", status.generations},
                              {"generation", status.position.generation},
                              {"state", status.position.generation < 0 ? "" : name_of(status.position.state)},
                              {"attempts", status.position.attempts},
                              {"ranks", status.position.ranks},
                              {"last_change", status.position.last_time},
                              {"last_error", status.position.last_error}};
  if (status.total > 0) {
    json["progress"] = {{"what", status.what}, {"done", status.done}, {"total", status.total}};
    if (status.what == "steps") {
      json["progress"]["loss"] = status.loss;
      json["progress"]["tokens_per_second"] = status.tokens_per_second;
    }
  }
  return json;
}

std::string to_text(const RunStatus& status) {
  std::string text = status.study + "  " + condition(status);
  if (status.position.generation >= 0) {
    text += ", generation " + std::to_string(status.position.generation) + " of " + std::to_string(status.generations) +
            " " + std::string(name_of(status.position.state));
  }
  if (status.total > 0)
    text += ", " + std::to_string(status.done) + "/" + std::to_string(status.total) + " " + status.what;
  if (status.tokens_per_second > 0) text += ", " + amount_text(status.tokens_per_second) + " tokens/s";
  text += "\n  " + status.run + "\n  started " + std::to_string(status.position.attempts) + " times, last with " +
          std::to_string(status.position.ranks) + " ranks; last change " + status.position.last_time;
  if (!status.position.last_error.empty()) text += "\n  last error: " + status.position.last_error;
  return text;
}

}  // namespace genloss::orchestrator

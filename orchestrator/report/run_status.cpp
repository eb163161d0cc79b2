#include "orchestrator/report/run_status.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "comms/world.hpp"
#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/store/description.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "storage/files/json.hpp"
#include "storage/files/run_lock.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// A program that has been silent for so long, and holds no lock that can be seen from here, is taken to be gone.
constexpr double longest_silence = 120;

/// The latest complete line of training.jsonl. Only the end of the file is read: it may be long.
nlohmann::json last_line(const fs::path& file) {
  constexpr std::uintmax_t longest = 16 << 10;
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(file, missing);
  if (missing) return {};
  std::ifstream in(file);
  in.seekg(static_cast<std::streamoff>(size - std::min(size, longest)));
  nlohmann::json latest;
  for (std::string line; std::getline(in, line);) {
    if (auto parsed = storage::parse_json_line(line); !parsed.is_discarded()) latest = std::move(parsed);
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
    const std::uint64_t fewest = spec.sampling.fewest_samples(), each = spec.sampling.shard_samples;
    status.total = std::max(status.done, (fewest + each - 1) / each);
  }
}

Condition condition_of(const Position& position, bool held, bool heard) {
  if (held || (heard && !position.ended)) return Condition::running;
  if (position.finished) return Condition::finished;
  if (!position.last_error.empty()) return Condition::failed;
  return position.ended ? Condition::stopped : Condition::interrupted;
}

void add_live(RunStatus& status, const RunPaths& run) {
  const auto live = read_live_progress(run.progress());
  if (live) status.seconds_silent = std::max(0.0, static_cast<double>(unix_now() - live->heard));
  // On this host the lock knows best.
  const bool heard_elsewhere =
      live && live->host != comms::World::host_name() && *status.seconds_silent < longest_silence;
  status.condition = condition_of(status.position, storage::RunLock::is_held(run.root), heard_elsewhere);
  if (status.condition != Condition::running || !live || live->generation != status.position.generation) return;
  status.live = live;
  if (!status.position.seconds_per_generation) return;
  const int to_come = status.generations - status.position.generation - 1;
  status.run_seconds_left = live->seconds_left.value_or(0) + to_come * *status.position.seconds_per_generation;
}

/// @return index of the chain that has most before it
std::size_t add_chains(RunStatus& status, const std::vector<RunPaths>& chains,
                       const std::vector<nlohmann::json>& journal) {
  std::size_t last = 0;
  for (std::size_t c = 0; c < chains.size(); ++c) {
    RunStatus::Chain chain{chains[c].chain, position_of(journal, chains[c].chain), false};
    for (const auto& line : journal) {
      if (line.value("event", "") == "started") chain.closed = false;
      if (line.value("event", "") == "closed" && line.value("chain", "") == chain.name) chain.closed = true;
    }
    const auto where = [](const Position& p) { return std::pair(p.generation, p.state); };
    if (c == 0 || where(chain.position) < where(status.position)) {
      status.position = chain.position;
      last = c;
    }
    if (chains.size() > 1) status.chains.push_back(std::move(chain));
  }
  return last;
}

/// What is left of what was dropped; what chains share is counted once.
void add_dropped(RunStatus& status, const std::vector<RunPaths>& chains) {
  std::set<fs::path> seen;
  for (const RunPaths& chain : chains) {
    for (int n = 0; fs::exists(chain.generation(n).root); ++n) {
      const GenerationPaths at = chain.generation(n);
      for (const fs::path& folder : {at.model(), at.corpus()}) {
        const auto left = read_description(folder);
        if (!left || !seen.insert(fs::canonical(folder)).second) continue;
        ++status.dropped;
        status.dropped_bytes += left->bytes;
      }
    }
  }
}

RunStatus damaged(const fs::path& run, const std::string& why) {
  RunStatus status;
  status.run = fs::absolute(run).string();
  status.study = run.filename().string();
  status.condition = Condition::damaged;
  status.position.last_error = why;
  return status;
}

}  // namespace

std::string_view name_of(Condition condition) noexcept {
  switch (condition) {
    case Condition::running:
      return "running";
    case Condition::finished:
      return "finished";
    case Condition::stopped:
      return "stopped";
    case Condition::interrupted:
      return "interrupted";
    case Condition::failed:
      return "failed";
    case Condition::damaged:
      return "damaged";
  }
  return "?";
}

bool is_run(const fs::path& directory) {
  const RunPaths run{directory};
  return fs::exists(run.journal()) && fs::exists(run.study());
}

RunStatus status_of(const RunPaths& run) {
  if (!is_run(run.root)) {
    throw Error(ExitCode::bad_data, "read status of", run.root.string(), "this is not a run directory",
                "give the directory that `genloss run` printed, or the folder of runs");
  }
  const jobs::StudySpec spec = jobs::read_study(run.study());
  RunStatus status;
  status.run = fs::absolute(run.root).string();
  status.study = spec.study.name;
  status.digest = recorded_study(run).text();
  status.generations = spec.study.generations;
  const auto journal = storage::Journal::read(run.journal());
  const auto chains = chains_of_run(run.root);
  const RunPaths& at = chains[add_chains(status, chains, journal)];
  if (status.position.generation >= 0) add_progress(status, at.generation(status.position.generation), spec);
  add_dropped(status, chains);
  add_live(status, run);
  return status;
}

std::vector<RunStatus> statuses_below(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> runs;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_run(it->path())) runs.push_back(it->path());
  }
  if (error) {
    throw Error(ExitCode::bad_data, "look for runs in", folder.string(), error.message(),
                "give a run directory, or the folder of runs (runtime.runs)");
  }
  std::sort(runs.begin(), runs.end());
  std::vector<RunStatus> statuses;
  for (const fs::path& run : runs) {
    try {
      statuses.push_back(status_of({run}));
    } catch (const Error& why) {
      statuses.push_back(damaged(run, why.what()));
    }
  }
  return statuses;
}

}  // namespace genloss::orchestrator

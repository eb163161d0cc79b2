#include "orchestrator/attempt/restart_limit.hpp"

#include <algorithm>
#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/state.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto schema = "genloss restarts";
constexpr int version = 1;

/// Name of the newest sealed checkpoint: names sort by step, temporary ones hold a dot.
std::string newest_name(const fs::path& checkpoints) {
  std::string newest;
  std::error_code none;
  for (fs::directory_iterator it(checkpoints, none), end; !none && it != end; it.increment(none)) {
    const std::string name = it->path().filename().string();
    if (name.find('.') == std::string::npos) newest = std::max(newest, name);
  }
  return newest;
}

std::size_t sealed_files(const fs::path& folder, std::string_view extension) {
  std::size_t sealed = 0;
  std::error_code none;
  for (fs::recursive_directory_iterator it(folder, none), end; !none && it != end; it.increment(none)) {
    if (it->path().extension() == extension) ++sealed;
  }
  return sealed;
}

/// What the file tells; nothing if it is not there or damaged: it only counts.
nlohmann::json stored_count(const fs::path& file) {
  try {
    return storage::read_json(file, schema, version);
  } catch (const Error&) {
    return nlohmann::json::object();
  }
}

/// How far a chain is: what changes whenever anything is made.
std::string mark_of(const RunPaths& chain, const Position& position) {
  if (position.generation < 0) return "nothing yet";
  std::string mark = "generation " + std::to_string(position.generation) + " " + std::string(name_of(position.state));
  const GenerationPaths paths = chain.generation(position.generation);
  if (position.state == State::training) {
    const std::string newest = newest_name(paths.checkpoints());
    mark += newest.empty() ? ", no checkpoint" : ", checkpoint " + newest;
  } else if (position.state == State::sampling) {
    mark += ", " + std::to_string(sealed_files(paths.corpus(), ".h5")) + " shards";
  } else if (fs::exists(paths.measuring())) {
    mark += ", " + std::to_string(sealed_files(paths.measuring(), ".results")) + " measured blocks";
  }
  return mark;
}

/// A study that cannot be read is for the run to complain of: here it has one chain.
std::vector<RunPaths> chains_to_look_at(const RunPaths& run) {
  try {
    return chains_of_run(run.root);
  } catch (const Error&) {
    return {run};
  }
}

}  // namespace

std::string progress_mark(const RunPaths& run) {
  if (!fs::exists(run.journal())) return "nothing yet";
  const auto journal = storage::Journal::read(run.journal());
  std::string marks;
  for (const RunPaths& chain : chains_to_look_at(run)) {
    const std::string mark = mark_of(chain, position_of(journal, chain.chain));
    marks += (marks.empty() ? "" : "; ") + (chain.chain.empty() ? "" : chain.chain + ": ") + mark;
  }
  return marks;
}
Start count_start(const RunPaths& run, const std::string& job, int limit) {
  const fs::path file = run.batch() / "restarts.json";
  const nlohmann::json before = stored_count(file);
  const std::string mark = progress_mark(run);
  const bool same_job = before.value("job", "") == job;
  const int starts = same_job ? before.value("starts", 0) + 1 : 1;
  const bool moved = same_job && before.value("mark", "") != mark;
  const int stalled = same_job && !moved ? before.value("stalled", 0) + 1 : 0;
  const bool moved_before = same_job && (moved || before.value("moved", false));
  storage::write_json_durably(file, schema, version,
                              {{"job", job},
                               {"starts", starts},
                               {"mark", mark},
                               {"stalled", stalled},
                               {"moved", moved_before},
                               {"time", utc_now()}});
  if (stalled > limit) {
    throw Error(ExitCode::missing_resource, "restart", run.root.string(),
                "no progress in " + std::to_string(stalled) + " restarts of job " + job + ": the run is still at " +
                    mark + " (limit: " + std::to_string(limit) + ", --max-stalled-restarts)",
                "look at the job's logs in " + run.batch().string() +
                    "; give it more time per attempt (--time), or save more often (runtime.checkpoint_seconds, "
                    "sampling.shard_samples); the next genloss submit begins a new count");
  }
  return {mark, stalled, moved_before};
}

}  // namespace genloss::orchestrator

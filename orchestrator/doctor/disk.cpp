#include <array>
#include <chrono>
#include <filesystem>
#include <thread>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/doctor/checks.hpp"
#include "slurm/allocation.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"
#include "storage/files/run_lock.hpp"

namespace genloss::orchestrator::doctor {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t written = std::size_t{16} << 20;  // bytes per host
constexpr std::uint64_t little_space = 1'000'000'000;
constexpr auto timeout = std::chrono::seconds(10);  // for a file of another host to be seen

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The folder itself, or where it would be made.
fs::path nearest_existing(fs::path folder) {
  while (!fs::exists(folder) && folder.has_parent_path() && folder != folder.parent_path())
    folder = folder.parent_path();
  return folder;
}

/// What one host found; `problem` is empty if all went well.
struct Probe {
  std::string problem, fix;
  double commit_milliseconds = 0, megabytes_per_second = 0;
};

/// A folder of the doctor's own inside the probed one, removed at the end.
class Bench {
 public:
  Bench(const Site& site, fs::path folder) : site_(site), folder_(std::move(folder)) {}
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() {
    std::error_code ignored;
    if (site_.ranks().is_root()) fs::remove_all(folder_, ignored);
  }

  /// Rank 0. @return what is wrong
  [[nodiscard]] std::string open() {
    std::error_code error;
    fs::create_directory(folder_, error);
    return error ? error.message() : std::string();
  }

  /// Every host: sees what rank 0 has made?
  [[nodiscard]] bool visible() const {
    const auto begin = Clock::now();
    while (!fs::exists(folder_)) {
      if (Clock::now() - begin > timeout) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  /// Every host: an HDF5 shard written, sealed and read back; a file's rate; a commit by fsync and rename.
  [[nodiscard]] Probe write() const {
    Probe probe;
    try {
      const int host = site_.host_of(site_.ranks().rank());
      write_shard(host);
      const auto begin = Clock::now();
      auto file = storage::File::create(folder_ / ("bytes-" + std::to_string(host)));
      const std::vector<std::byte> bytes(written, std::byte{42});
      file.write(bytes);
      file.sync();
      file.close();
      probe.megabytes_per_second = static_cast<double>(written) / 1e6 / seconds_since(begin);
      const auto commit = Clock::now();
      storage::write_text_durably(folder_ / ("commit-" + std::to_string(host)), "done\n");
      probe.commit_milliseconds = 1e3 * seconds_since(commit);
    } catch (const Error& e) {
      probe.problem = std::string(e.operation()) + " " + e.object() + ": " + e.cause();
      probe.fix = e.hint();
    }
    return probe;
  }

  /// All ranks: rank 0 holds the lock; nobody else may get it. @return on rank 0 the hosts that could
  /// @param problem on all ranks: why rank 0 itself could not lock; empty if it could
  [[nodiscard]] std::vector<int> lock_breakers(std::string& problem) const {
    std::unique_ptr<storage::RunLock> held;
    if (site_.ranks().is_root()) {
      try {
        held = std::make_unique<storage::RunLock>(folder_);
      } catch (const Error& e) {
        problem = e.cause();
      }
    }
    problem = site_.ranks().broadcast_text(problem, 0, "lock");
    if (!problem.empty()) return {};
    double got_it = 0;
    if (site_.i_lead()) {
      try {
        const storage::RunLock second(folder_);
        got_it = 1;
      } catch (const Error& expected) {
        got_it = expected.code() == ExitCode::missing_resource ? 0 : 1;
      }
    }
    const auto all = site_.all(got_it, "lock");
    std::vector<int> breakers;
    for (std::size_t host = 0; host < site_.hosts().size(); ++host) {
      if (all[static_cast<std::size_t>(site_.leader(static_cast<int>(host)))] > 0)
        breakers.push_back(static_cast<int>(host));
    }
    return breakers;
  }

 private:
  void write_shard(int host) const {
    const auto number = static_cast<std::uint64_t>(host);
    const storage::ShardIdentity identity{{}, {}, 0, number, number, number};
    storage::CorpusFormat format;
    format.values = storage::ElementType::u8;
    format.ragged = true;
    storage::ShardWriter writer(folder_, format, identity, "doctor");
    const std::array<std::byte, 4> sample{};
    writer.append(sample, {});
    const storage::ShardRecord record = writer.seal();
    if (storage::ShardReader(storage::shard_path(folder_, number)).content_digest() != record.content) {
      throw Error(ExitCode::input_output, "read back", storage::shard_path(folder_, number).string(),
                  "other bytes than were written", "this disk or file system cannot be trusted");
    }
  }

  const Site& site_;
  fs::path folder_;
};

Diagnostics free_space(const fs::path& folder) {
  std::error_code error;
  const auto info = fs::space(folder, error);
  if (error) return {};
  const std::string text = bytes_text(info.available) + " free in " + folder.string();
  if (info.available >= little_space) return {ok("disk", text)};
  return {warning("disk", text, "`genloss plan STUDY.ini` tells what the study needs; runtime.runs names the folder")};
}

Diagnostics summary(const Site& site, const std::vector<double>& rates, const std::vector<double>& commits) {
  int slowest = 0;
  double rate = 1e300, commit = 0;
  for (std::size_t host = 0; host < site.hosts().size(); ++host) {
    const auto leader = static_cast<std::size_t>(site.leader(static_cast<int>(host)));
    commit = std::max(commit, commits[leader]);
    if (rates[leader] < rate) {
      rate = rates[leader];
      slowest = static_cast<int>(leader);
    }
  }
  return {ok("disk", "HDF5, fsync and rename work; slowest writer " + site.name(slowest) + " with " +
                         fixed_text(rate, 0) + " MB/s, slowest commit " + fixed_text(commit, 1) + " ms")};
}

/// The first rank's text that is not empty, on rank 0.
Diagnostics first_problem(const Site& site, const Probe& mine) {
  const auto problems = site.texts(mine.problem, "disk");
  const auto fixes = site.texts(mine.fix, "disk");
  for (std::size_t rank = 0; rank < problems.size(); ++rank) {
    if (!problems[rank].empty())
      return {failed("disk", site.name(static_cast<int>(rank)) + ": " + problems[rank], fixes[rank])};
  }
  return {};
}

Diagnostics locks(const Site& site, const Bench& bench) {
  std::string problem;
  const auto breakers = bench.lock_breakers(problem);
  if (!problem.empty()) return {failed("disk", problem, std::string(storage::locks_hint))};
  if (breakers.empty()) return {ok("disk", "the lock of a run directory holds on all hosts")};
  return {warning(
      "disk",
      "the lock of a run directory does not hold on " + site.hosts()[static_cast<std::size_t>(breakers.front())],
      std::string(storage::locks_hint) + ", or see to it that no run is started twice")};
}

}  // namespace

Diagnostics check_disk(const Site& site) {
  const fs::path folder = nearest_existing(site.runtime().runs);
  const std::string attempt =
      site.ranks().broadcast_text(slurm::attempt_name(slurm::current_allocation()), 0, "attempt");
  Bench bench(site, folder / (".doctor-" + attempt));
  const std::string closed =
      site.ranks().broadcast_text(site.ranks().is_root() ? bench.open() : std::string(), 0, "probe folder");
  if (!closed.empty()) {
    return {failed("disk", "cannot write in " + folder.string() + ": " + closed,
                   "give a folder of your own by --runtime.runs=DIR")};
  }
  const auto seen = site.all(bench.visible() ? 1 : 0, "probe folder");
  for (int rank = 0; rank < site.ranks().size(); ++rank) {
    if (seen[static_cast<std::size_t>(rank)] == 0) {
      return {failed("disk", site.name(rank) + " does not see what rank 0 writes in " + folder.string(),
                     "runtime.runs has to be on a file system that all hosts share")};
    }
  }
  const Probe mine = site.i_lead() ? bench.write() : Probe{};
  const auto rates = site.all(mine.megabytes_per_second, "rates of disks");
  const auto commits = site.all(mine.commit_milliseconds, "commits");
  Diagnostics findings = first_problem(site, mine);
  const bool good = site.ranks().agree_max(mine.problem.empty() ? 0 : 1, "disk") == 0;
  if (good) findings = summary(site, rates, commits);
  for (const Diagnostics& more : {locks(site, bench), free_space(folder)})
    findings.insert(findings.end(), more.begin(), more.end());
  return findings;
}

}  // namespace genloss::orchestrator::doctor

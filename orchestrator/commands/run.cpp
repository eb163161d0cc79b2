#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "comms/error_text.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/attempt/allocation_end.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/live_progress.hpp"
#include "orchestrator/directory/rank_log.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/report/table.hpp"
#include "orchestrator/run/coordinator.hpp"
#include "orchestrator/run/recipes.hpp"
#include "slurm/allocation.hpp"
#include "workers/accelerator/load_accelerator.hpp"

namespace genloss::orchestrator {
namespace {

comms::Deadlines deadlines_of(const jobs::StudySpec& spec) {
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * seconds));
  };
  return {milliseconds(spec.runtime.stall_seconds), milliseconds(spec.runtime.deadline_seconds)};
}

/// Rank 0 first: what is wrong for everyone (a typing error, a missing file) is told once.
void root_first(comms::Communicator& ranks, std::string_view what, const std::function<void()>& action) {
  for (const bool turn_of_root : {true, false}) {
    std::exception_ptr error;
    if (ranks.is_root() == turn_of_root) {
      try {
        action();
      } catch (...) {
        error = std::current_exception();
      }
    }
    ranks.agree_on_errors(error, what);
  }
}

std::string opening(const jobs::StudySpec& spec, const comms::Communicator& ranks, const RunPaths& paths) {
  return std::string(version_text) + ": study " + spec.study.name + ", " + std::to_string(spec.study.generations) +
         " generations, " + std::to_string(ranks.size()) + (ranks.size() == 1 ? " rank" : " ranks") + " of " +
         std::to_string(spec.runtime.threads) + (spec.runtime.threads == 1 ? " thread" : " threads") +
         "\nrun directory: " + std::filesystem::relative(paths.root).string();
}

/// The GPUs of a run that asks for them; closed-form families have nothing to do on one.
std::unique_ptr<workers::Accelerator> accelerator_for(const jobs::StudySpec& spec, comms::Communicator& ranks) {
  if (spec.runtime.device != jobs::DeviceKind::cuda || spec.study.family != jobs::FamilyKind::transformer) return {};
  root_first(ranks, "GPU libraries", workers::load_accelerator_libraries);
  return workers::open_accelerator(ranks, deadlines_of(spec));
}

/// One run, from opened directory to verdict, on all ranks.
class Run {
 public:
  Run(const jobs::StudySpec& spec, workers::Family& family, comms::Communicator& ranks,
      const workers::Accelerator* accelerator)
      : spec_(spec),
        family_(family),
        ranks_(ranks),
        accelerator_(accelerator),
        console_(spec.runtime.progress, ranks.is_root()),
        study_(study_digest(spec, family)) {}

  ExitCode go() {
    agree("the study", [&] { check_before_start(spec_, family_, ranks_.size()); });
    if (ranks_.broadcast_text(study_.text(), 0, "study digest") != study_.text()) different_study();
    agree("the study digest", [&] {
      if (seen_other_) std::rethrow_exception(seen_other_);
    });
    agree("the run directory", [&] {
      if (ranks_.is_root()) directory_ = std::make_unique<RunDirectory>(spec_, family_, study_, lock_timeout());
    });
    const RunPaths paths = run_paths(spec_, study_);
    const std::string attempt = ranks_.broadcast_text(slurm::attempt_name(slurm::current_allocation()), 0, "attempt");
    RankLog log(paths.logs(), ranks_.rank());
    log.line("started: " + attempt + ", rank " + std::to_string(ranks_.rank()) + " of " +
             std::to_string(ranks_.size()) + " on " + comms::World::host_name());
    console_.line(opening(spec_, ranks_, paths));
    if (accelerator_ != nullptr) console_.line("training on " + accelerator_->description() + " (rank 0)");
    note({{"event", "started"},
          {"attempt", attempt},
          {"ranks", ranks_.size()},
          {"study", study_.text()},
          {"generations", spec_.study.generations}});
    try {
      const ExitCode code = work(paths, attempt);
      log.line("ended with exit code " + std::to_string(static_cast<int>(code)));
      return code;
    } catch (...) {
      const Error error = comms::as_error(std::current_exception());
      log.line(std::string("failed: ") + error.what());
      note({{"event", "failed"}, {"error", error.what()}});
      throw;
    }
  }

 private:
  void agree(std::string_view what, const std::function<void()>& action) {
    std::exception_ptr error;
    try {
      action();
    } catch (...) {
      error = std::current_exception();
    }
    ranks_.agree_on_errors(error, what);
  }

  /// An earlier start of the same job that was cut off from its peers ends itself at its deadline; until then it holds
  /// the directory. The other ranks wait for rank 0 meanwhile, so its waiting has to end before theirs.
  [[nodiscard]] std::chrono::milliseconds lock_timeout() const {
    const bool expected = slurm::current_allocation().has_predecessors();
    constexpr auto somebody_looks = std::chrono::seconds(1);  // e.g. `genloss status`
    return expected ? deadlines_of(spec_).deadline * 3 / 4 : somebody_looks;
  }

  /// Rank 0 has asked; the others hear it here.
  [[nodiscard]] std::optional<double> time_left() {
    const std::optional<double> known = seconds_left();
    const std::string text = ranks_.broadcast_text(known ? std::to_string(*known) : "", 0, "time left");
    return text.empty() ? std::nullopt : std::optional<double>(std::stod(text));
  }

  /// The slowest shard of any rank counts; the rest is measured on rank 0.
  [[nodiscard]] nlohmann::ordered_json agreed_pace(const TimeBudget& budget) {
    Pace pace = budget.pace();
    const auto milliseconds = static_cast<std::int64_t>(1000 * pace.shard);
    pace.shard = static_cast<double>(ranks_.agree_max(milliseconds, "pace")) / 1000;
    return to_json(pace);
  }

  void different_study() {
    seen_other_ =
        std::make_exception_ptr(Error(ExitCode::bad_data, "join", "study " + spec_.study.name,
                                      "rank " + std::to_string(ranks_.rank()) + " on " + comms::World::host_name() +
                                          " sees another study or other data than rank 0",
                                      "all hosts have to see the same study file and the same human text"));
  }

  void note(nlohmann::ordered_json line) {
    if (!directory_) return;
    line["time"] = utc_now();
    directory_->journal().append(std::move(line));
  }

  ExitCode work(const RunPaths& paths, const std::string& attempt) {
    TimeBudget budget(time_left());
    Coordinator coordinator({.spec = spec_,
                             .family = family_,
                             .ranks = ranks_,
                             .console = console_,
                             .paths = paths,
                             .study = study_,
                             .attempt = attempt,
                             .journal = directory_ ? &directory_->journal() : nullptr,
                             .budget = budget,
                             .stop_requested = stop_signal_received});
    LiveProgressFile live(paths.progress());
    console_.tell_also([&](const StageProgress& stage, bool news) {
      live.write({.attempt = attempt,
                  .host = comms::World::host_name(),
                  .process = ::getpid(),
                  .ranks = ranks_.size(),
                  .generation = coordinator.at(),
                  .stage = stage.stage,
                  .detail = stage.detail,
                  .done = stage.done,
                  .total = stage.total,
                  .per_second = stage.per_second,
                  .seconds_left = stage.seconds_left},
                 news);
    });
    const RunEnd end = coordinator.run();
    const nlohmann::ordered_json pace = agreed_pace(budget);
    if (end == RunEnd::stopped) {
      const bool late = ranks_.agree_max(budget.ran_out() ? 1 : 0, "reason") != 0;
      note({{"event", "stopped"}, {"reason", late ? "time left" : "signal"}, {"pace", pace}});
      console_.line(std::string(late ? "stopped, what comes next does not fit into the time left in the allocation"
                                     : "stopped on request") +
                    ", state saved: run the same command again to go on");
      return ExitCode::stopped;
    }
    note({{"event", "finished"},
          {"generations", spec_.study.generations},
          {"pace", pace},
          {"seconds", to_json(coordinator.times())}});
    if (ranks_.is_root()) {
      const auto& records = workers::records_of(spec_.study.family);
      console_.line("\n" + table(records, coordinator.measures()) + "\n\n" +
                    conclusion(records, coordinator.measures(), spec_.measures.confidence) + "\n\n" +
                    times_text(coordinator.times()));
    }
    return ExitCode::done;
  }

  const jobs::StudySpec& spec_;
  workers::Family& family_;
  comms::Communicator& ranks_;
  const workers::Accelerator* accelerator_;
  Console console_;
  storage::Digest study_;
  std::unique_ptr<RunDirectory> directory_;  // rank 0
  std::exception_ptr seen_other_;
};

ExitCode run_command_body(const Words& given, const comms::World& world) {
  Words words = given;
  std::string file;
  const auto study =
      std::find_if(words.begin(), words.end(), [](const std::string& w) { return w.rfind("--", 0) != 0; });
  if (study != words.end()) {
    file = *study;
    words.erase(study);
  }
  if (file.empty()) {
    throw Error(ExitCode::usage, "run", "genloss run", "give a study file",
                "e.g. `genloss run jobs/tiny.ini`; `genloss help run` tells more");
  }
  jobs::StudySpec spec;
  root_first(*world.communicator({}), "study file", [&] { spec = jobs::read_study(file, words); });
  const auto ranks = world.communicator(deadlines_of(spec));
  const auto accelerator = accelerator_for(spec, *ranks);
  std::unique_ptr<workers::Family> family;
  root_first(*ranks, "human data", [&] { family = workers::make_family(spec, accelerator.get()); });
  return Run(spec, *family, *ranks, accelerator.get()).go();
}

}  // namespace

const Command run_command{
    "run", "STUDY.ini [--section.key=value ...]", "run a study, or continue it",
    R"(Makes (or finds) the run directory runs/NAME-DIGEST8 and takes the study from wherever it is to its last
generation. The same command continues an interrupted run; --study.generations=N makes a finished one longer.
Alone it uses one rank; under `mpirun -n N` or `srun --mpi=pmix` it uses N, with the same results, bit for bit.
SIGTERM, SIGINT and SIGUSR2 save the state and exit 75. `genloss help options` lists all options.)",
    run_command_body};

}  // namespace genloss::orchestrator

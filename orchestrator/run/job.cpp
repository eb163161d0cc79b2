#include "orchestrator/run/job.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>

#include "comms/error_text.hpp"
#include "jobs/heartbeat.hpp"
#include "jobs/numbers.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/attempt/allocation_end.hpp"
#include "orchestrator/attempt/numerics.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/attempt/program_start.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/live_progress.hpp"
#include "orchestrator/directory/rank_log.hpp"
#include "orchestrator/directory/reproduction_folder.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/grouping.hpp"
#include "orchestrator/graph/node_source.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/retention/dropping.hpp"
#include "orchestrator/retention/retained_study.hpp"
#include "orchestrator/run/group.hpp"
#include "orchestrator/run/human_texts.hpp"
#include "orchestrator/run/narrator.hpp"
#include "orchestrator/run/node_journal.hpp"
#include "slurm/allocation.hpp"
#include "storage/files/integrity_time.hpp"
#include "storage/files/journal.hpp"
#include "storage/files/json.hpp"
#include "workers/accelerator/load_accelerator.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace {

comms::Deadlines deadlines_of(const jobs::StudySpec& spec) {
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * seconds));
  };
  return {milliseconds(spec.runtime.stall_seconds), milliseconds(spec.runtime.deadline_seconds)};
}

/// One start, from opened directory to verdict, on all ranks.
class Job {
 public:
  Job(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains, comms::Communicator& ranks,
      const StartCheck& check)
      : check_(check),
        study_spec_(study),
        chains_(chains),
        nodes_(graph_of(chains)),
        ranks_(ranks),
        layout_(groups_for(nodes_, chains, ranks.size())),
        group_(ranks.split(layout_.of(ranks.rank(), ranks.size()), ranks.rank())),
        roots_(ranks.split(group_->is_root() ? 0 : 1, ranks.rank())),
        console_(study.runtime.progress, ranks.is_root()),
        accelerator_(accelerator_for(study, *group_)) {}

  ExitCode go() {
    const jobs::StudySpec& first = chains_.front().spec;
    check_same_study();
    ranks_.on_root("human data", [&] {
      // The user's own text is read by this rank alone, to see whether it can be used and which study this is.
      const auto family = workers::make_family(first);
      check_before_start(first, *family, group_->size());
      study_ = study_digest(study_spec_, *family);
      sweep_reproductions(study_spec_.runtime.runs);
      directory_ = std::make_unique<RunDirectory>(study_spec_, *family, study_, lock_timeout());
      if (!chains_.front().folder.empty()) remove_chain_links(directory_->paths());
    });
    study_ = storage::Digest::parse(ranks_.broadcast_text(study_.text(), 0, "study digest"));
    const RunPaths paths = run_paths(study_spec_, study_);
    const std::string attempt = ranks_.broadcast_text(slurm::attempt_name(slurm::current_allocation()), 0, "attempt");
    RankLog log(paths.logs(), ranks_.rank());
    log.line("started: " + attempt + ", rank " + std::to_string(ranks_.rank()) + " of " +
             std::to_string(ranks_.size()) + " on " + comms::World::host_name());
    narrator_.emplace(study_spec_, chains_, paths.root, console_);
    narrator_->opening(ranks_.size(), layout_.groups);
    numerics_ = agree_on_numerics(ranks_, study_spec_.runtime.instructions,
                                  accelerator_ == nullptr ? "" : accelerator_->description(), paths.numerics());
    console_.line("numerics: " + numerics_.text());
    if (accelerator_ != nullptr) console_.line("training on " + accelerator_->description() + " (rank 0)");
    note({{"event", "started"},
          {"attempt", attempt},
          {"ranks", ranks_.size()},
          {"study", study_.text()},
          {"generations", study_spec_.study.generations}});
    try {
      const HumanTexts texts = copy_texts(paths, attempt);
      auto human = texts.open(*group_, first);
      std::unique_ptr<workers::Family> family;
      group_->root_first("the family",
                         [&] { family = workers::make_family(first, accelerator_.get(), std::move(human)); });
      const ExitCode code = work(paths, attempt, texts, std::move(family), log);
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
  /// An earlier start of the same job that was cut off from its peers ends itself at its deadline; until then it holds
  /// the directory. The other ranks wait for rank 0 meanwhile, so its waiting has to end before theirs.
  [[nodiscard]] std::chrono::milliseconds lock_timeout() const {
    const bool expected = slurm::current_allocation().has_predecessors();
    constexpr auto somebody_looks = std::chrono::seconds(1);  // e.g. `genloss status`
    return expected ? deadlines_of(study_spec_).deadline * 3 / 4 : somebody_looks;
  }

  /// Rank 0 has asked; the others hear it here.
  [[nodiscard]] std::optional<double> time_left() {
    const std::optional<double> known = seconds_left();
    const std::string text = ranks_.broadcast_text(known ? std::to_string(*known) : "", 0, "time left");
    return text.empty() ? std::nullopt : std::optional<double>(std::stod(text));
  }

  /// The slowest shard or block of any rank counts; the rest is measured on rank 0.
  [[nodiscard]] nlohmann::ordered_json agreed_pace(const TimeBudget& budget) {
    Pace pace = budget.pace();
    for (double Pace::*piece : {&Pace::shard, &Pace::evaluation, &Pace::measuring}) {
      const auto milliseconds = static_cast<std::int64_t>(1000 * pace.*piece);
      pace.*piece = static_cast<double>(ranks_.agree_max(milliseconds, "pace")) / 1000;
    }
    return to_json(pace);
  }

  /// What earlier starts have told of how long a piece of work takes.
  [[nodiscard]] Pace expected_pace() {
    std::string text;
    ranks_.together("the pace", [&] {
      if (directory_) text = to_json(pace_of(storage::Journal::read(directory_->paths().journal()))).dump();
    });
    return pace_of({{{"pace", storage::parse_json_line(ranks_.broadcast_text(text, 0, "the pace"))}}});
  }

  void check_same_study() {
    const std::string mine = storage::sha256_of(jobs::identity_text(study_spec_)).text();
    const bool same = ranks_.broadcast_text(mine, 0, "study") == mine;
    ranks_.together("the study", [&] {
      if (same) return;
      throw Error(ExitCode::bad_data, "join", "study " + study_spec_.study.name,
                  "rank " + std::to_string(ranks_.rank()) + " on " + comms::World::host_name() +
                      " sees another study than rank 0",
                  "all hosts have to see the same study file");
    });
  }

  [[nodiscard]] HumanTexts copy_texts(const RunPaths& paths, const std::string& attempt) {
    const Store store(study_spec_.runtime.runs);
    std::unique_ptr<Claims> claims;
    if (ranks_.is_root()) claims = std::make_unique<Claims>(store, Claimant{paths.root.string(), attempt});
    std::vector<const jobs::StudySpec*> specs;
    for (const auto& chain : chains_) specs.push_back(&chain.spec);
    return {ranks_, specs, store, claims.get()};
  }

  void note(nlohmann::ordered_json line) {
    if (!directory_) return;
    line["time"] = utc_now();
    directory_->journal().append(std::move(line));
  }

  ExitCode work(const RunPaths& paths, const std::string& attempt, const HumanTexts& texts,
                std::unique_ptr<workers::Family> family, RankLog& log) {
    const Pace expected = expected_pace();
    const double deadline_seconds = silence_limit(study_spec_.runtime.deadline_seconds, expected);
    for (comms::Communicator* ranks : {&ranks_, group_.get(), roots_.get()}) {
      ranks->wait_longer(std::chrono::milliseconds(static_cast<std::int64_t>(1000 * deadline_seconds)));
    }
    TimeBudget budget(time_left(), steady_seconds, expected);
    const std::vector<bool> stay_dropped = begin_retention(paths, attempt, *family);
    const int number = layout_.of(ranks_.rank(), ranks_.size());
    Group group({.chains = chains_,
                 .nodes = nodes_,
                 .stay_dropped = stay_dropped,
                 .ranks = *group_,
                 .accelerator = accelerator_.get(),
                 .console = console_,
                 .texts = texts,
                 .run = paths,
                 .start = gather_start(*group_, numerics_, attempt, study_spec_.runtime.threads),
                 .attempt = number == 0 ? attempt : attempt + group_word + std::to_string(number),
                 .budget = budget,
                 .deadline_seconds = deadline_seconds,
                 .log = [&](const std::string& line) { log.line(line); }},
                std::move(family));
    LiveProgressFile live(paths.progress());
    console_.tell_also([&](const StageProgress& stage, bool news) {
      live.write({.attempt = attempt,
                  .host = comms::World::host_name(),
                  .process = ::getpid(),
                  .ranks = ranks_.size(),
                  .generation = group.generation(),
                  .stage = stage.stage,
                  .detail = stage.detail,
                  .done = stage.done,
                  .total = stage.total,
                  .per_second = stage.per_second,
                  .seconds_left = stage.seconds_left},
                 news);
    });
    const double begin = steady_seconds();
    const auto [complete, closed] = make_all(group, deadline_seconds);
    const double seconds = steady_seconds() - begin;
    const nlohmann::ordered_json pace = agreed_pace(budget);
    const PhaseTimes times = summed(group.times());
    if (!complete) {
      const bool late = ranks_.agree_max(budget.ran_out() ? 1 : 0, "reason") != 0;
      note({{"event", "stopped"}, {"reason", late ? "time left" : "signal"}, {"pace", pace}});
      console_.line(std::string(late ? "stopped, what comes next does not fit into the time left in the allocation"
                                     : "stopped on request") +
                    ", state saved: run the same command again to go on");
      return ExitCode::stopped;
    }
    const double idle = idle_share(group, seconds), integrity = integrity_share();
    note({{"event", "finished"},
          {"generations", study_spec_.study.generations},
          {"chains", chains_.size()},
          {"pace", pace},
          {"idle", idle},
          {"integrity", integrity},
          {"seconds", to_json(times)}});
    if (ranks_.is_root()) narrator_->end(times, {.integrity = integrity, .idle = idle}, layout_.groups);
    if (closed == 0) return ExitCode::done;
    console_.line(counted(static_cast<std::size_t>(closed), "chain") + " of " + std::to_string(chains_.size()) +
                  (closed == 1 ? " was" : " were") + " closed before the end; the errors are above and in logs/");
    return ExitCode::bad_data;
  }

  /// Rank 0 looks at what there is of the whole study; the others hear which nodes stay dropped.
  std::vector<bool> begin_retention(const RunPaths& paths, const std::string& attempt, const workers::Family& family) {
    ranks_.on_root("the store", [&] {
      retained_ = std::make_unique<RetainedStudy>(study_spec_, paths, study_spec_.runtime.keep);
      check_(*retained_, family, ranks_.size(), layout_.groups);
      dropping_ = std::make_unique<Dropping>(study_spec_.runtime.runs,
                                             Claimant{paths.root.string(), attempt + group_word + "drop"});
    });
    std::string flags;
    if (ranks_.is_root()) {
      for (const Node& node : nodes_) flags += retained_->stays_dropped(node) ? '1' : '0';
    }
    flags = ranks_.broadcast_text(flags, 0, "what stays dropped");
    std::vector<bool> stay_dropped;
    for (const char flag : flags) stay_dropped.push_back(flag == '1');
    return stay_dropped;
  }

  /// Rank 0: what nothing needs any more goes.
  void retain(const Node& node) {
    for (const Node* going : retained_->ended(node)) dropping_->drop(*going, retained_->views(*going));
  }

  struct Outcome {
    bool complete = true;
    int closed = 0;
  };

  /// All ranks: nodes are granted to roots of groups by rank 0, the others follow their root.
  Outcome make_all(Group& group, double deadline_seconds) {
    std::unique_ptr<NodeSource> source;
    std::unique_ptr<NodeJournal> journal;
    if (ranks_.is_root()) {
      journal = std::make_unique<NodeJournal>(directory_->journal(), chains_);
      source = std::make_unique<NodeSource>(nodes_, static_cast<int>(chains_.size()), events(*journal));
    }
    bool complete = true;
    if (group_->is_root()) {
      PassOptions options;
      options.stall_seconds = study_spec_.runtime.stall_seconds;
      options.deadline_seconds = deadline_seconds;
      options.ahead_of_time = false;
      options.stop_requested = stop_signal_received;
      options.warn = [this](const std::string& text) { console_.warn(text); };
      options.told_to_stop = [&] { group.stop(); };
      options.waiting = [&] { group.wait(); };
      const EndingWork make = [&](std::uint64_t node, const workers::Heartbeat& beat) {
        return group.make(node, beat);
      };
      complete = granted_pass(*roots_, "the graph", source.get(), make, options);
      group.dismiss();
    } else {
      group.follow();
    }
    if (ranks_.is_root() && complete) finish_dropping();
    const int closed = source ? static_cast<int>(source->closed().size()) : 0;
    return {ranks_.agree_max(complete ? 0 : 1, "end of the graph") == 0,
            static_cast<int>(ranks_.agree_max(closed, "closed chains"))};
  }

  void finish_dropping() {
    dropping_->finish([] { beat("drop what is not needed any more"); });
    for (const std::string& complaint : dropping_->complaints()) {
      console_.warn("could not drop an artefact, it stays until the next start: " + complaint);
    }
    const Freed& freed = dropping_->freed();
    if (freed.artefacts == 0) return;
    console_.line("dropped by runtime.keep: " + counted(freed.artefacts, "artefact") + ", " + bytes_text(freed.bytes));
  }

  /// What rank 0 notes and tells when nodes are granted and made, whoever makes them.
  NodeEvents events(NodeJournal& journal) {
    return {.may_grant = [&] { return dropping_->is_gone(); },
            .granted =
                [&](const Node& node) {
                  dropping_->mark();
                  journal.granted(node);
                  if (node.kind == NodeKind::mix) narrator_->begins(node);
                },
            .ended =
                [&](const Node& node, const ItemEnd& end) {
                  if (end.kind == ItemEnd::Kind::closed) return journal.closed(node);
                  if (node.kind == NodeKind::measures) {
                    for (const int chain : node.chains) narrator_->measured(chain, node.generation);
                  }
                  journal.made(node, end.made);
                  retain(node);
                }};
  }

  /// Sums over groups.
  [[nodiscard]] PhaseTimes summed(const PhaseTimes& mine) {
    std::vector<double> all{mine.training, mine.sampling, mine.measuring};
    if (!group_->is_root()) std::fill(all.begin(), all.end(), 0.0);
    ranks_.all_reduce(comms::buffer_of(std::span(all)), comms::ReduceOp::sum, "times");
    return {all[0], all[1], all[2]};
  }

  /// Share of all ranks' time in which their group had nothing to do.
  [[nodiscard]] double idle_share(const Group& group, double seconds) {
    std::vector<double> busy{group_->is_root() ? group.busy_seconds() * group_->size() : 0.0};
    ranks_.all_reduce(comms::buffer_of(std::span(busy)), comms::ReduceOp::sum, "idle time");
    return seconds > 0 ? std::max(0.0, 1 - busy[0] / (seconds * ranks_.size())) : 0.0;
  }

  /// Share of all ranks' time since the start that went into checksums, digests and fsync.
  [[nodiscard]] double integrity_share() {
    std::vector<double> spent{storage::integrity_seconds(), steady_seconds() - begin_};
    ranks_.all_reduce(comms::buffer_of(std::span(spent)), comms::ReduceOp::sum, "integrity time");
    return spent[0] / std::max(spent[1], 1e-9);
  }

  const double begin_ = steady_seconds();
  const StartCheck& check_;
  const jobs::StudySpec& study_spec_;
  const std::vector<jobs::Chain>& chains_;
  const std::vector<Node> nodes_;
  comms::Communicator& ranks_;
  GroupLayout layout_;
  std::unique_ptr<comms::Communicator> group_;
  std::unique_ptr<comms::Communicator> roots_;  // of groups; elsewhere the ranks that are none
  Console console_;
  std::optional<Narrator> narrator_;
  std::unique_ptr<workers::Accelerator> accelerator_;
  storage::Digest study_;
  workers::numerics::NumericsKey numerics_;
  std::unique_ptr<RunDirectory> directory_;  // rank 0
  std::unique_ptr<RetainedStudy> retained_;  // rank 0
  std::unique_ptr<Dropping> dropping_;       // rank 0
};

}  // namespace

std::unique_ptr<workers::Accelerator> accelerator_for(const jobs::StudySpec& spec, comms::Communicator& ranks) {
  if (spec.runtime.device != jobs::DeviceKind::cuda || !workers::family_type(spec).on_accelerator) return {};
  ranks.root_first("GPU libraries", workers::load_accelerator_libraries);
  return workers::open_accelerator(ranks, deadlines_of(spec));
}

ExitCode run_study(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains, const comms::World& world,
                   const StartCheck& check) {
  const auto ranks = world.communicator(deadlines_of(study));
  return Job(study, chains, *ranks, check).go();
}

}  // namespace genloss::orchestrator

#include "orchestrator/verify/reproduction.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <map>
#include <set>

#include "jobs/chains.hpp"
#include "jobs/permutation.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/attempt/numerics.hpp"
#include "orchestrator/attempt/program_start.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/directory/made_by.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/reproduction_folder.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/run/group.hpp"
#include "orchestrator/run/job.hpp"
#include "orchestrator/run/maker.hpp"
#include "slurm/allocation.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/json.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto task = "make an artefact again";

/// What all ranks have to know of one artefact.
struct Pick {
  RunPaths chain;
  Target target;
  storage::Digest digest;
  std::string name;  ///< as findings name it
};

nlohmann::json json_of(const Pick& pick) {
  return {pick.chain.root.string(), pick.chain.home.string(), pick.chain.chain, static_cast<int>(pick.target.kind),
          pick.target.generation,   pick.digest.text(),       pick.name};
}

Pick pick_from(const nlohmann::json& json) {
  return {{json[0].get<std::string>(), json[1].get<std::string>(), json[2].get<std::string>()},
          {static_cast<NodeKind>(json[3].get<int>()), json[4].get<int>()},
          storage::Digest::parse(json[5].get<std::string>()),
          json[6].get<std::string>()};
}

/// Whether all that it is read from while it is made lies in the run; a model reads the corpora of its mix.
bool can_be_made(const RunPaths& chain, const jobs::StudySpec& spec, const Target& target) {
  for (const Target& parent : parents_of(chain, spec, target)) {
    if (fs::exists(path_of(chain, parent) / description_file)) return false;
    const bool reads_on = target.kind == NodeKind::model && parent.kind == NodeKind::mix;
    if (reads_on && !can_be_made(chain, spec, parent)) return false;
  }
  return true;
}

struct Draw {
  std::vector<Pick> picks;
  std::size_t without_parents = 0;  ///< artefacts that cannot be made again: what they were made from was dropped
};

Draw drawn(const Verification& verification, std::uint64_t number, std::uint64_t seed) {
  std::vector<Pick> all;
  Draw draw;
  std::map<std::string, jobs::StudySpec> specs;
  for (const auto& chain : jobs::chains_of(jobs::read_study(RunPaths{verification.scope.chains[0].run()}.study()))) {
    specs[chain.name] = chain.spec;
  }
  std::set<std::string> known;
  for (const GoodArtefact& good : verification.artefacts) {
    const RunPaths& chain = verification.scope.chains[good.chain];
    if (!known.insert(fs::canonical(path_of(chain, good.target)).string()).second) continue;
    // A mix is a plan: it needs to know of corpora what their descriptions tell.
    if (good.target.kind != NodeKind::mix && !can_be_made(chain, specs.at(chain.chain), good.target)) {
      ++draw.without_parents;
      continue;
    }
    all.push_back({chain, good.target, good.digest, prefix_of(chain.chain) + name_of(good.target)});
  }
  const jobs::Permutation order(all.size(), {seed, jobs::Purpose::looking, 0});
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(number, all.size()); ++i) draw.picks.push_back(all[order(i)]);
  return draw;
}

/// A folder of runs of its own, with a chain in it that has everything but one artefact. Rank 0 makes and removes it.
class Workshop {
 public:
  Workshop(fs::path folder, bool mine) : folder_(std::move(folder)) {
    if (mine) own_ = std::make_unique<ReproductionFolder>(folder_);
  }

  [[nodiscard]] Store store() const { return Store(folder_); }
  [[nodiscard]] RunPaths chain() const { return {folder_ / "chain"}; }
  [[nodiscard]] const fs::path& folder() const noexcept { return folder_; }

  void furnish(const Pick& pick, workers::Family& family) const {
    for (int n = 0; fs::exists(pick.chain.generation(n).root); ++n) {
      fs::create_directories(chain().generation(n).root);
      for (const NodeKind kind : {NodeKind::mix, NodeKind::model, NodeKind::corpus}) {
        if (pick.target != Target{kind, n}) borrow(path_of(pick.chain, {kind, n}), path_of(chain(), {kind, n}));
      }
    }
    workers::Tokenizing* text = family.tokenizing();
    if (text == nullptr || pick.target.kind == NodeKind::tokenizer) return;
    borrow(pick.chain.tokenizer(), store().sealed("tokenizer", text->recipe()));
    if (pick.target.kind == NodeKind::tokens || !fs::exists(pick.chain.tokens())) return;
    text->open(pick.chain.tokenizer());
    borrow(pick.chain.tokens(), store().sealed("tokens", tokens_recipe(family)));
  }

 private:
  static void borrow(const fs::path& from, const fs::path& to) {
    if (!fs::exists(from)) return;
    fs::create_directories(to.parent_path());
    fs::create_symlink(fs::canonical(from), to);
  }

  fs::path folder_;
  std::unique_ptr<ReproductionFolder> own_;
};

class Reproduction {
 public:
  Reproduction(comms::Communicator& ranks, const std::function<void(const std::string&)>& tell)
      : ranks_(ranks), tell_(tell) {}

  ExitCode go(const std::vector<Pick>& picks) {
    if (picks.empty()) return ExitCode::done;
    ExitCode code = ExitCode::done;
    for (const Pick& pick : picks) {
      ItemEnd end;
      try {
        end = make(pick);
      } catch (const Error& error) {
        if (error.code() != ExitCode::missing_resource) throw;
        tell(pick.name + " " + pick.digest.text() + " cannot be made again here (" + error.object() + ": " +
             error.cause() + ")\n  hint: " + error.hint());
        return ExitCode::missing_resource;
      }
      if (end.kind != ItemEnd::Kind::done) return ExitCode::stopped;
      const bool same = end.made == pick.digest;
      if (!same) code = ExitCode::internal;
      tell(pick.name + " " + pick.digest.text() +
           (same ? " reproduced" : " DIFFERS (made again it is " + end.made.text() + ")"));
    }
    return code;
  }

 private:
  void tell(const std::string& line) {
    if (ranks_.is_root()) tell_(line);
  }

  ItemEnd make(const Pick& pick) {
    jobs::StudySpec spec;
    ranks_.root_first("the study", [&] {
      for (const auto& chain : jobs::chains_of(jobs::read_study(RunPaths{pick.chain.run()}.study()))) {
        if (chain.name == pick.chain.chain) spec = chain.spec;
      }
    });
    const auto accelerator = accelerator_for(spec, ranks_);
    const auto numerics =
        agree_on_numerics(ranks_, jobs::InstructionChoice::automatic,
                          accelerator == nullptr ? "" : accelerator->description(), pick.chain.numerics());
    const std::string attempt = ranks_.broadcast_text(slurm::attempt_name(slurm::current_allocation()), 0, task);
    std::unique_ptr<workers::Family> family;
    ranks_.root_first("human data", [&] { family = workers::make_family(spec, accelerator.get()); });
    const Workshop workshop(pick.chain.run().parent_path() / (reproduction_prefix + attempt), ranks_.is_root());
    ranks_.on_root(task, [&] {
      check_ranks(pick, spec);
      workshop.furnish(pick, *family);
    });
    const auto claims = ranks_.is_root()
                            ? std::make_unique<Claims>(workshop.store(), Claimant{workshop.folder().string(), attempt})
                            : nullptr;
    const bool terminal = ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    Console console(terminal ? jobs::ProgressStyle::bar : jobs::ProgressStyle::none, terminal && ranks_.is_root());
    TimeBudget budget;
    PhaseTimes times;
    Maker maker({.spec = spec,
                 .family = *family,
                 .ranks = ranks_,
                 .console = console,
                 .store = workshop.store(),
                 .claims = claims.get(),
                 .paths = workshop.chain(),
                 .other = [&](const OtherChain& of) { return folder_of(of, pick.chain, spec); },
                 .start = gather_start(ranks_, numerics, attempt, spec.runtime.threads),
                 .attempt = attempt,
                 .budget = budget,
                 .times = times,
                 .deadline_seconds = spec.runtime.deadline_seconds,
                 .stop_requested = stop_signal_received});
    if (pick.target.generation >= 0) maker.open_text();
    ItemEnd end;
    for (const NodeKind kind : kinds_of(pick)) {
      const Node node{kind, pick.target.generation, {0}, {}, {}};
      end = maker.make(node, {workshop.chain()}, pick.name + " again: ");
      if (end.kind != ItemEnd::Kind::done) break;
    }
    ranks_.barrier(task);  // the folder goes when all are out of it
    return end;
  }

  /// What depends on the number of ranks is made again on as many.
  void check_ranks(const Pick& pick, const jobs::StudySpec& spec) const {
    if (pick.target.kind != NodeKind::model || spec.training.reduction != jobs::Reduction::fast) return;
    const auto made = read_made_by(RunPaths::made_by(path_of(pick.chain, pick.target)));
    const int lanes = spec.training.lanes, then = made ? std::min(made->start.ranks(), lanes) : 0;
    if (then == std::min(ranks_.size(), lanes)) return;
    throw Error(ExitCode::missing_resource, task, pick.name,
                "with training.reduction=fast its bits depend on the " + std::to_string(then) +
                    " ranks that trained it, here are " + std::to_string(ranks_.size()),
                "mpirun -n " + std::to_string(then) + " genloss verify --reproduce ...");
  }

  /// What is shown as measures may be those of the model alone.
  std::vector<NodeKind> kinds_of(const Pick& pick) {
    if (pick.target.kind != NodeKind::measures) return {pick.target.kind};
    bool of_corpus = false;
    ranks_.root_first(task, [&] { of_corpus = read_measures(path_of(pick.chain, pick.target)).corpus.has_value(); });
    if (!of_corpus) return {NodeKind::evaluation};
    return {NodeKind::evaluation, NodeKind::measures};
  }

  comms::Communicator& ranks_;
  const std::function<void(const std::string&)>& tell_;
};

}  // namespace

ExitCode reproduce(comms::Communicator& ranks, const Verification& verification, std::uint64_t number,
                   std::uint64_t seed, const std::function<void(const std::string&)>& tell) {
  auto list = nlohmann::json::array();
  if (ranks.is_root()) {
    sweep_reproductions(verification.scope.chains.front().run().parent_path());
    const Draw draw = drawn(verification, number, seed);
    for (const Pick& pick : draw.picks) list.push_back(json_of(pick));
    tell("made again: " + std::to_string(list.size()) + " artefacts, --random-seed " + std::to_string(seed));
    if (draw.without_parents > 0) {
      tell(
          "not made again: " + std::to_string(draw.without_parents) +
          " artefacts, as runtime.keep has dropped what they were made from (`genloss run --runtime.keep=all` of a new "
          "run makes all)");
    }
  }
  std::vector<Pick> picks;
  for (const auto& pick : storage::parse_json(ranks.broadcast_text(list.dump(), 0, task), "artefacts to be made again",
                                              storage::document_limits)) {
    picks.push_back(pick_from(pick));
  }
  return Reproduction(ranks, tell).go(picks);
}

}  // namespace genloss::orchestrator

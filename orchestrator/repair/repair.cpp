#include "orchestrator/repair/repair.hpp"

#include <filesystem>

#include "jobs/chains.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/directory/made_by.hpp"
#include "orchestrator/directory/numerics_file.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/repair/bench.hpp"
#include "orchestrator/repair/journal.hpp"
#include "orchestrator/repair/view.hpp"
#include "orchestrator/store/store.hpp"
#include "slurm/allocation.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/run_lock.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// Whether `read` finds what it reads as it should be.
bool holds(const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const Error&) {
    return false;
  }
}

class Repair {
 public:
  Repair(const fs::path& run, Bench& bench) : home_{run}, bench_(bench) {
    study_ = jobs::read_study(home_.study());
    chains_ = jobs::chains_of(study_);
    folders_ = chains_of_run(run);
  }

  void go() {
    sweep(home_.root);
    for (const RunPaths& chain : folders_) sweep_chain(chain);
    const auto numerics = repair_numerics();
    repair_studies();
    const int before = bench_.mended();
    for (std::size_t c = 0; numerics && c < folders_.size(); ++c) {
      repair_view(folders_[c], chains_[c].spec, *numerics, families_, bench_);
    }
    if (bench_.dry() && bench_.mended() > before) {
      return bench_.note("the journal is looked at once the links lead where they should");
    }
    const bool named = holds([&] { (void)recorded_study(home_); });
    repair_journal(folders_, named ? recorded_study(home_).text() : "", study_.study.generations, bench_);
  }

 private:
  /// Half-written entries of dead attempts: nobody is at work while this run is locked.
  void sweep(const fs::path& folder) {
    std::size_t left = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
      const std::string name = entry.path().filename().string();
      if (name.find(".partial-") != std::string::npos || name.starts_with(".trash-")) ++left;
    }
    if (left == 0) return;
    bench_.mend(std::to_string(left) + " half-written left in " + folder.string() + " by dead attempts; removed",
                [&] { storage::sweep_partials(folder); });
  }

  void sweep_chain(const RunPaths& chain) {
    if (chain.root != home_.root) sweep(chain.root);
    for (int n = 0; fs::exists(chain.generation(n).root); ++n) {
      const GenerationPaths paths = chain.generation(n);
      sweep(paths.root);
      const auto in_work = [](const fs::path& link) {
        const auto shelf = shelf_of(link);
        return shelf && !shelf->sealed() && fs::exists(link);
      };
      if (in_work(paths.checkpoints())) sweep(fs::canonical(paths.checkpoints()));
      if (!in_work(paths.corpus())) continue;
      std::error_code none;
      for (const auto& entry : fs::directory_iterator(fs::canonical(paths.corpus()) / "shards", none)) {
        if (entry.is_directory()) sweep(entry.path());
      }
    }
  }

  /// The key that the run was begun under: what it has made names it, too.
  std::optional<workers::numerics::NumericsKey> repair_numerics() {
    std::optional<workers::numerics::NumericsKey> key;
    if (holds([&] { key = read_numerics(home_.numerics()); }) && key) return key;
    for (const RunPaths& chain : folders_) {
      for (int n = 0; fs::exists(chain.generation(n).root) && !key; ++n) {
        const GenerationPaths paths = chain.generation(n);
        for (const fs::path& made_by : {RunPaths::made_by(paths.model()), paths.mix_made_by()}) {
          std::optional<MadeBy> made;
          if (!key && holds([&] { made = read_made_by(made_by); }) && made) key = made->start.numerics;
        }
      }
    }
    if (key) {
      bench_.mend(home_.numerics().string() + ": " + key->text() + ", as what was made says",
                  [&] { write_numerics(home_.numerics(), *key); });
    } else if (fs::exists(home_.numerics()) || fs::exists(folders_.front().generation(0).root)) {
      bench_.cannot(home_.numerics().string() + ": nothing that was made says what it was made with");
    }
    return key;
  }

  void repair_studies() {
    repair_study(home_, study_, chains_.front().spec);
    for (std::size_t c = 0; c < folders_.size(); ++c) {
      if (folders_[c].root == home_.root || !fs::exists(folders_[c].root)) continue;
      repair_study(folders_[c], chains_[c].spec, chains_[c].spec);
    }
  }

  static void check_human(const RunPaths& paths, const workers::Family& family) {
    const auto body = storage::read_json(paths.human(), human_schema, human_version);
    if (body.value("digest", "") == family.units().data_digest().text()) return;
    throw Error(ExitCode::bad_data, "read", paths.human().string(), "it is of other human data than the study");
  }

  /// study.ini and human.json of the run, or of a chain of several, whose options the run's own study gives.
  void repair_study(const RunPaths& paths, const jobs::StudySpec& spec, const jobs::StudySpec& data) {
    try {
      const bool one_chain = folders_.front().root == home_.root, is_home = paths.root == home_.root;
      const auto family = families_.family_of(data);
      const storage::Digest study = study_digest(spec, *family);
      const bool text_lost = (one_chain || !is_home) && !family->units().provenance().empty() &&
                             !holds([&] { check_human(paths, *family); });
      const bool study_lost = !holds([&] { check_study_file(paths.study()); });
      const bool same = !study_lost || holds([&] {
        if (recorded_study(paths) != study) throw Error(ExitCode::bad_data, "repair", "study", "another");
      });
      if (!text_lost && !study_lost) return;
      if (is_home && !same) {
        return bench_.cannot(paths.study().string() +
                             ": its options are another study's than it says; `genloss run` "
                             "with the study file that it was begun with writes it anew");
      }
      const fs::path file = study_lost ? paths.study() : paths.human();
      bench_.mend(file.string() + ": written anew", [&] {
        if (!same) storage::remove_durably(paths.study());
        if (is_home && !one_chain) {
          storage::remove_durably(paths.study());  // it has no human.json of its own
        }
        record_study(paths, spec, *family, study);
        if (is_home && !one_chain) storage::remove_durably(paths.human());
      });
    } catch (const Error& error) {
      bench_.cannot(paths.study().string() + ": " + error.object() + ": " + error.cause());
    }
  }

  RunPaths home_;
  Bench& bench_;
  jobs::StudySpec study_;
  std::vector<jobs::Chain> chains_;
  std::vector<RunPaths> folders_;
  Families families_;
};

}  // namespace

ExitCode repair(const fs::path& given, bool dry, const std::function<void(const std::string&)>& tell) {
  const fs::path run = fs::absolute(given / "").lexically_normal().parent_path();
  if (!fs::exists(RunPaths{run}.study())) {
    throw Error(ExitCode::bad_data, "repair", given.string(), "this is not a run directory: it has no study.ini",
                "`genloss run` with its study file writes it anew, if all else is there");
  }
  const auto chains = chains_of_run(run);
  if (chains.front().run() != run) {
    throw Error(ExitCode::usage, "repair", given.string(), "it is a chain of a run",
                "repair the run: " + chains.front().run().string());
  }
  std::unique_ptr<storage::RunLock> lock;
  if (!dry) {
    lock = std::make_unique<storage::RunLock>(run, slurm::current_allocation().job);
  } else if (storage::RunLock::is_held(run)) {
    throw storage::DirectoryInUse(run, "a living job uses it", "wait for its end, or stop it");
  }
  Bench bench(dry, tell);
  Repair(run, bench).go();
  return bench.failed() ? ExitCode::bad_data : ExitCode::done;
}

}  // namespace genloss::orchestrator

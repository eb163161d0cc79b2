#include "orchestrator/verify/verification.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>

#include "jobs/chains.hpp"
#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/directory/numerics_file.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/verify/journal_check.hpp"
#include "orchestrator/verify/lineage.hpp"
#include "orchestrator/verify/pieces_pass.hpp"
#include "orchestrator/verify/run_files.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// Rank 0's part: what has to be read, and what it means.
class RunCheck {
 public:
  RunCheck(const VerifyScope& scope, const std::function<void(const Finding&)>& tell)
      : scope_(scope), home_{scope.chains.front().run()}, tell_(tell) {
    if (!fs::exists(home_.study())) {
      throw Error(ExitCode::bad_data, "verify", home_.root.string(), "this is not a run directory: it has no study.ini",
                  "give the directory that `genloss run` printed");
    }
    study_.push_back(guarded([&] { check_study_file(home_.study()); }));
    journal_ = read_run_journal(home_.journal());
    check_owner();
    const auto all = jobs::chains_of(jobs::read_study(home_.study()));
    for (const RunPaths& chain : scope.chains) {
      study_.push_back(chain.root == home_.root ? std::nullopt : guarded([&] { check_study_file(chain.study()); }));
      const auto known = std::find_if(all.begin(), all.end(), [&](const auto& of) { return of.name == chain.chain; });
      checks_.emplace_back(chain, known->spec, Told(journal_.entries, chain.chain), scope.target);
      checks_.back().list(pieces_);
    }
  }

  [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_.pieces(); }

  void conclude(const std::vector<PieceResult>& results, Verification& verification) {
    std::optional<workers::numerics::NumericsKey> numerics;
    const auto no_key = guarded([&] { numerics = read_numerics(home_.numerics()); });
    if (no_key) tell({"numerics", std::nullopt, no_key->verdict, no_key->file, no_key->cause});
    if (!numerics && !no_key && !checks_.front().present().empty()) {
      tell({"numerics", std::nullopt, Verdict::missing, home_.numerics().string(),
            "no such file; `genloss repair` takes it from what was made"});
    }
    for (std::size_t c = 0; c < checks_.size(); ++c) {
      ChainCheck& check = checks_[c];
      const std::string prefix = prefix_of(check.paths().chain);
      const auto lineage = numerics ? lineage_of(check, *numerics, prefix) : nullptr;
      check_study(c, lineage.get(), prefix);
      check.conclude(results, lineage.get(), [&](Finding finding) {
        finding.artefact = prefix + finding.artefact;
        tell(finding);
      });
      for (const Target& target : check.present()) {
        if (const auto digest = check.digest(target)) verification.artefacts.push_back({c, target, *digest});
      }
    }
    if (!scope_.target) check_home();
    verification.code = damaged_ ? ExitCode::bad_data : unreadable_ ? ExitCode::input_output : ExitCode::done;
  }

 private:
  /// A journal of another study tells nothing of this run; which of the two files is the stranger, recipes show.
  void check_owner() {
    for (const auto& line : journal_.entries) {
      const std::string study = line.value("event", "") == "started" ? line.value("study", "") : "";
      std::string stated = study;
      if (study.empty() || guarded([&] { stated = recorded_study(home_).text(); }) || stated == study) continue;
      journal_ = {{},
                  {{Verdict::damaged, home_.journal().string(),
                    "it tells of study " + study + ", and " + home_.study().string() + " is " + stated}}};
      return;
    }
  }

  static std::optional<FileFault> guarded(const std::function<void()>& action) {
    try {
      action();
      return std::nullopt;
    } catch (const Error& error) {
      return fault_of(error);
    }
  }

  void tell(const Finding& finding) {
    const bool good = finding.verdict == Verdict::ok || finding.verdict == Verdict::dropped;
    damaged_ = damaged_ || (!good && finding.verdict != Verdict::unreadable);
    unreadable_ = unreadable_ || finding.verdict == Verdict::unreadable;
    tell_(finding);
  }
  void tell(const std::string& artefact, const std::vector<FileFault>& faults) {
    if (faults.empty()) tell({artefact, std::nullopt, Verdict::ok, {}, {}});
    for (const FileFault& fault : faults) tell({artefact, std::nullopt, fault.verdict, fault.file, fault.cause});
  }

  /// Null, and a line that says so, where recipes cannot be recomputed.
  std::unique_ptr<Lineage> lineage_of(const ChainCheck& check, const workers::numerics::NumericsKey& numerics,
                                      const std::string& prefix) {
    try {
      return std::make_unique<Lineage>(check.spec(), check.paths(), numerics, families_);
    } catch (const Error& error) {
      FileFault fault = fault_of(error);
      fault.cause += "; recipes are not recomputed without it";
      tell({prefix + "study", std::nullopt, fault.verdict, fault.file, fault.cause});
      return nullptr;
    }
  }

  /// study.ini of a chain, and with the first one that of the run.
  void check_study(std::size_t c, const Lineage* lineage, const std::string& prefix) {
    const ChainCheck& check = checks_[c];
    std::vector<FileFault> faults;
    const auto compare = [&](const RunPaths& paths, const jobs::StudySpec& spec) {
      if (lineage == nullptr) return;
      const storage::Digest stated = recorded_study(paths), found = study_digest(spec, lineage->family());
      if (stated == found) return;
      faults.push_back({Verdict::damaged, paths.study().string(),
                        "it is the study " + found.text() + ", and says that it is " + stated.text()});
    };
    const auto read = [&](const std::optional<FileFault>& fault, const RunPaths& paths, const jobs::StudySpec& spec) {
      if (fault) return faults.push_back(*fault);
      if (const auto error = guarded([&] { compare(paths, spec); })) faults.push_back(*error);
    };
    if (c == 0) {
      jobs::StudySpec study;
      if (const auto error = guarded([&] { study = jobs::read_study(home_.study()); })) {
        faults.push_back(*error);
      } else {
        read(study_[0], home_, study);
      }
    }
    if (check.paths().root != home_.root) read(study_[c + 1], check.paths(), check.spec());
    if (c == 0 || check.paths().root != home_.root) tell(prefix + "study", faults);
  }

  void check_home() {
    std::vector<FileFault> faults = journal_.faults;
    if (faults.empty()) {
      for (const ChainCheck& check : checks_) {
        const auto lost = untold(check.told(), [&](int n, State made) { return is_sealed(check.paths(), n, made); });
        if (lost.empty()) continue;
        faults.push_back({Verdict::damaged, home_.journal().string(),
                          "it does not tell of " + prefix_of(check.paths().chain) + lost.front() +
                              (lost.size() > 1 ? " and " + std::to_string(lost.size() - 1) + " more" : "") +
                              ": lines are lost; `genloss repair` rebuilds them from the folders"});
      }
    }
    tell("journal", faults);
    for (const FileFault& fault : unknown_entries(scope_.chains)) {
      tell({"run", std::nullopt, fault.verdict, fault.file, fault.cause});
    }
  }

  const VerifyScope& scope_;
  const RunPaths home_;
  const std::function<void(const Finding&)>& tell_;
  std::vector<std::optional<FileFault>> study_;  // of the run, then of each chain
  JournalRead journal_;
  std::vector<ChainCheck> checks_;
  PieceList pieces_;
  Families families_;
  bool damaged_ = false, unreadable_ = false;
};

/// A study that cannot be read, of the run that a path is in.
std::optional<FileFault> unreadable_study(const fs::path& given) {
  for (fs::path at = fs::absolute(given / "").lexically_normal().parent_path(); at.has_relative_path();
       at = at.parent_path()) {
    const fs::path study = RunPaths{at}.study();
    if (!fs::exists(study)) {
      const RunPaths run{at};
      if (!fs::exists(run.journal()) && !fs::exists(run.numerics())) continue;
      return FileFault{Verdict::missing, study.string(), "no such file"};
    }
    try {
      (void)jobs::chains_of(jobs::read_study(study));
    } catch (const Error& error) {
      FileFault fault = fault_of(error);
      if (fault.file.find(study.string()) == std::string::npos) fault.cause = fault.file + ": " + fault.cause;
      fault.file = study.string();
      if (fault.verdict == Verdict::missing) fault.verdict = Verdict::damaged;  // it is there, and says something else
      return fault;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string prefix_of(const std::string& chain) {
  if (chain.empty()) return {};
  return (chain.starts_with("seed ") ? "" : "arm ") + chain + " ";
}

Verification verify(comms::Communicator& ranks, const fs::path& given,
                    const std::function<void(const Finding&)>& tell) {
  Verification verification;
  std::unique_ptr<RunCheck> check;
  ranks.on_root("verify", [&] {
    if (const auto fault = unreadable_study(given)) {
      tell({"study", std::nullopt, fault->verdict, fault->file, fault->cause + "; nothing is known without it"});
      verification.code = fault->verdict == Verdict::unreadable ? ExitCode::input_output : ExitCode::bad_data;
      return;
    }
    verification.scope = scope_of(given);
    check = std::make_unique<RunCheck>(verification.scope, tell);
  });
  const auto results = check_pieces(ranks, check ? check->pieces() : std::vector<Piece>{});
  ranks.on_root("verify", [&] {
    if (check) check->conclude(results, verification);
  });
  verification.code = static_cast<ExitCode>(ranks.agree_max(static_cast<int>(verification.code), "verify"));
  return verification;
}

}  // namespace genloss::orchestrator

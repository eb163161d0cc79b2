#include "orchestrator/repair/journal.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "jobs/error.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/made_by.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/directory/tokenizer_manifest.hpp"
#include "orchestrator/verify/journal_check.hpp"
#include "orchestrator/verify/verification.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "workers/mix/mix_plan.hpp"
#include "workers/text/encoded/encoding.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using Line = nlohmann::json;

/// Order of the lines of one chain; nothing for lines that are no states.
std::optional<std::pair<int, State>> place_of(const Line& line, const std::string& chain) {
  if (line.value("chain", "") != chain) return std::nullopt;
  const auto state = state_from(line.value("state", ""));
  return state ? std::optional(std::pair(line.value("generation", 0), *state)) : std::nullopt;
}

/// When an artefact was sealed, as what made it tells.
std::string time_of(const fs::path& made_by) {
  try {
    if (const auto made = read_made_by(made_by)) return made->sealed;
  } catch (const Error&) {  // it is for people; verify tells that it is damaged
  }
  return utc_now();
}

/// The lines that the folder of a chain gives, in order.
class ChainLines {
 public:
  explicit ChainLines(const RunPaths& chain) : chain_(chain) {
    if (fs::exists(chain.tokenizer_manifest())) {
      event("tokenizer", read_tokenizer_manifest(chain.tokenizer()).tokenizer, chain.tokenizer());
    }
    if (fs::exists(chain.encoding())) event("tokens", workers::check_encoding(chain.tokens()), chain.tokens());
    for (int n = 0; is_sealed(chain, n, State::mixed); ++n) generation(n);
  }
  [[nodiscard]] const std::vector<Line>& events() const noexcept { return events_; }
  [[nodiscard]] const std::vector<Line>& states() const noexcept { return states_; }

 private:
  Line line(const std::string& time) const {
    Line line{{"time", time}, {"rebuilt", true}};
    if (!chain_.chain.empty()) line["chain"] = chain_.chain;
    return line;
  }
  void event(const std::string& name, const storage::Digest& digest, const fs::path& folder) {
    Line made = line(time_of(RunPaths::made_by(folder)));
    made["event"] = name;
    made["digest"] = digest.text();
    events_.push_back(std::move(made));
  }
  void state(int n, State state, const std::string& time, const std::optional<storage::Digest>& digest) {
    Line made = line(time);
    made["generation"] = n;
    made["state"] = name_of(state);
    if (digest) made["digest"] = digest->text();
    states_.push_back(std::move(made));
  }
  void generation(int n) {
    const GenerationPaths paths = chain_.generation(n);
    const std::string mixed = time_of(paths.mix_made_by());
    state(n, State::planned, mixed, std::nullopt);
    const auto plan = workers::MixPlan::parse(storage::read_json(paths.mix(), "genloss mix", 1), paths.mix().string());
    state(n, State::mixed, mixed, plan.digest());
    const bool trained = is_sealed(chain_, n, State::trained);
    if (trained || fs::exists(paths.checkpoints())) state(n, State::training, mixed, std::nullopt);
    if (!trained) return;
    const std::string sealed = time_of(RunPaths::made_by(paths.model()));
    state(n, State::trained, sealed, read_model_manifest(paths.model()).model);
    const bool measured = fs::exists(paths.measures());
    const bool of_corpus = measured && read_measures(paths.measures()).corpus;
    if (measured && !of_corpus) state(n, State::evaluated, sealed, storage::sha256_of_file(paths.measures()));
    const bool sampled = is_sealed(chain_, n, State::sampled);
    if (sampled || fs::exists(paths.corpus())) state(n, State::sampling, sealed, std::nullopt);
    if (!sampled) return;
    const auto corpus = storage::read_corpus_manifest(paths.corpus()).digest();
    state(n, State::sampled, time_of(RunPaths::made_by(paths.corpus())), corpus);
    columns(n, paths);
    if (of_corpus)
      state(n, State::scored, time_of(paths.measures_made_by()), storage::sha256_of_file(paths.measures()));
  }

  void columns(int n, const GenerationPaths& paths) {
    std::set<fs::path> folders;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(paths.all_columns(), none)) folders.insert(entry.path());
    for (const fs::path& folder : folders) {
      if (!fs::exists(folder / "manifest.json")) continue;
      event("columns", storage::read_corpus_manifest(folder).digest(), folder);
      events_.back()["generation"] = n;
      events_.back()["column"] = folder.filename().string();
    }
  }

  const RunPaths& chain_;
  std::vector<Line> events_, states_;
};

/// Puts what is missing into a journal's lines.
class Rebuilding {
 public:
  explicit Rebuilding(std::vector<Line> lines) : lines_(std::move(lines)) {}

  void add(const RunPaths& chain, const ChainLines& from) {
    for (const Line& event : from.events()) add_event(event, chain.chain);
    for (const Line& state : from.states()) add_state(state, chain.chain);
  }

  [[nodiscard]] std::size_t added() const noexcept { return added_; }
  /// Good lines that tell of another artefact than there is: which of the two is wrong is for `verify` to say.
  [[nodiscard]] const std::vector<std::string>& disputed() const noexcept { return disputed_; }
  [[nodiscard]] std::vector<Line>& lines() noexcept { return lines_; }

 private:
  void add_event(const Line& event, const std::string& chain) {
    for (const Line& line : lines_) {
      if (line.value("chain", "") != chain || line.value("event", "") != event["event"]) continue;
      const auto same = [&](const char* key, const auto& none) {
        return line.value(key, none) == event.value(key, none);
      };
      if (!same("generation", -1) || !same("column", std::string())) continue;
      return dispute(line, event, std::string(event["event"]));
    }
    auto at = lines_.begin();
    while (at != lines_.end() && !at->contains("state")) ++at;
    lines_.insert(at, event);
    ++added_;
  }

  void add_state(const Line& state, const std::string& chain) {
    const auto place = *place_of(state, chain);
    auto behind =
        lines_.end();  // after the last line of the chain that comes before, before the first that comes after
    bool found = false;
    for (auto at = lines_.begin(); at != lines_.end(); ++at) {
      const auto there = place_of(*at, chain);
      if (there == place) {
        return dispute(*at, state, "generation " + std::to_string(place.first) + " " + std::string(state["state"]));
      }
      if (there && *there < place) behind = std::next(at), found = true;
      if (there && *there > place && !found) behind = at, found = true;
    }
    const bool ends = behind == lines_.end() && !lines_.empty() && lines_.back().value("event", "") == "finished";
    lines_.insert(ends ? std::prev(behind) : behind, state);
    ++added_;
  }

  void dispute(const Line& line, const Line& found, const std::string& about) {
    if (line.value("digest", "") != found.value("digest", "")) disputed_.push_back(about);
  }

  std::vector<Line> lines_;
  std::vector<std::string> disputed_;
  std::size_t added_ = 0;
};

/// Lines of another study than this one's are none of this run.
bool of_another_study(const std::vector<Line>& lines, const std::string& study) {
  return std::any_of(lines.begin(), lines.end(), [&](const Line& line) {
    return line.value("event", "") == "started" && line.value("study", study) != study;
  });
}

fs::path free_name(const RunPaths& run) {
  for (int i = 1;; ++i) {
    fs::path name = run.logs() / ("journal-" + std::to_string(i) + ".damaged");
    if (!fs::exists(name)) return name;
  }
}

}  // namespace

void repair_journal(const std::vector<RunPaths>& chains, const std::string& study, int generations, Bench& bench) {
  const RunPaths run{chains.front().run()};
  auto salvage = storage::Journal::salvage(run.journal());
  const bool foreign = of_another_study(salvage.entries, study);
  if (foreign) salvage = {{}, salvage.entries.size(), false};
  const std::size_t kept = salvage.entries.size();
  Rebuilding rebuilding(std::move(salvage.entries));
  bool all_scored = true;
  for (const RunPaths& chain : chains) {
    try {
      const ChainLines lines(chain);
      const bool scored = !lines.states().empty() && lines.states().back()["state"] == name_of(State::scored) &&
                          lines.states().back()["generation"] == generations - 1;
      all_scored = all_scored && scored;
      // Between two nodes, what is sealed may not be told yet; the next start tells it.
      const Told told(rebuilding.lines(), chain.chain);
      const auto sealed = [&](int n, State made) { return is_sealed(chain, n, made); };
      Rebuilding trial(rebuilding.lines());
      trial.add(chain, lines);
      for (const auto& about : trial.disputed()) {
        bench.cannot(run.journal().string() + ": " + prefix_of(chain.chain) + about +
                     ": the journal tells of another artefact than there is; `genloss verify` says more");
      }
      if (!salvage.whole || !untold(told, sealed).empty()) rebuilding = std::move(trial);
    } catch (const Error& error) {
      all_scored = false;
      bench.cannot("lines of the journal about " + error.object() + ": " + error.cause());
    }
  }
  if (salvage.whole && rebuilding.added() == 0) return;
  auto& lines = rebuilding.lines();
  if (all_scored && !position_of(lines).finished) {
    lines.push_back({{"event", "finished"}, {"generations", generations}, {"time", utc_now()}, {"rebuilt", true}});
  }
  const std::string text = run.journal().string() + ": " + std::to_string(kept) + " lines are good" +
                           (foreign ? ", it was of another study" : "") + ", " + std::to_string(salvage.damaged) +
                           " were damaged, " + std::to_string(rebuilding.added()) + " are rebuilt from the folders";
  bench.mend(text, [&] {
    lines.push_back(
        {{"event", "repaired"}, {"time", utc_now()}, {"damaged", salvage.damaged}, {"rebuilt", rebuilding.added()}});
    storage::create_directories_durably(run.logs());
    if (fs::exists(run.journal())) storage::copy_contents(run.journal(), free_name(run));
    storage::Journal::rewrite(run.journal(), lines);
  });
}

}  // namespace genloss::orchestrator

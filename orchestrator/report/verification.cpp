#include "orchestrator/report/verification.hpp"

#include <filesystem>
#include <map>

#include "jobs/error.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/directory/state.hpp"
#include "orchestrator/report/human_verification.hpp"
#include "orchestrator/report/tokenizer_verification.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/mix/mix_plan.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using storage::Digest;

/// Why an artefact is not what it should be, and in which file.
struct Fault {
  Verdict verdict;
  fs::path file;
  std::string cause;
};

void must_exist(const fs::path& file) {
  if (!fs::exists(file)) throw Fault{Verdict::missing, file, "no such file"};
}
void must_equal(const Digest& found, const std::optional<Digest>& expected, const fs::path& file,
                const std::string& what) {
  if (expected && found != *expected) {
    throw Fault{Verdict::damaged, file, what + " is " + found.text() + ", expected " + expected->text()};
  }
}

/// Digests the journal recorded, by generation and state.
class Recorded {
 public:
  Recorded(const std::vector<nlohmann::json>& journal, const std::string& chain) {
    for (const auto& line : journal) {
      if (line.value("chain", "") != chain) continue;
      if (const auto state = state_from(line.value("state", "")); state && line.contains("digest")) {
        digests_[{line.value("generation", 0), *state}] = Digest::parse(line["digest"].get<std::string>());
      }
    }
  }
  [[nodiscard]] std::optional<Digest> at(int n, State state) const {
    const auto it = digests_.find({n, state});
    return it == digests_.end() ? std::nullopt : std::optional(it->second);
  }

 private:
  std::map<std::pair<int, State>, Digest> digests_;
};

/// What chains have in common is hashed once.
class HashedArtefacts {
 public:
  Digest digest(const fs::path& file, const std::function<Digest()>& hash) {
    const auto [place, is_new] = known_.try_emplace(fs::canonical(file).string());
    if (!is_new) return place->second;
    try {
      return place->second = hash();
    } catch (...) {
      known_.erase(place);
      throw;
    }
  }

 private:
  std::map<std::string, Digest> known_;
};

class Verifier {
 public:
  Verifier(const RunPaths& run, const std::function<void(const Finding&)>& tell, HashedArtefacts& hashed)
      : run_(run),
        tell_(tell),
        hashed_(hashed),
        journal_(storage::Journal::read(run.journal())),
        recorded_(journal_, run.chain) {}

  bool go(std::optional<int> last_model) {
    const Position position = position_of(journal_, run_.chain);
    human_ = verify_human(run_, [&](const Finding& finding) { report(finding); });
    tokenizer_ = verify_tokenizer(run_, journal_, [&](const Finding& finding) { report(finding); });
    const int last = last_model ? std::min(*last_model, position.generation) : position.generation;
    for (int n = 0; n <= last; ++n) {
      const bool model_only = last_model && n == last;
      const auto made = [&](State state) { return n < position.generation || position.state >= state; };
      if (made(State::mixed)) check(n, "mix", State::mixed, [&] { return mix(n); });
      if (made(State::trained)) check(n, "model", State::trained, [&] { return model(n); });
      if (model_only) continue;
      if (made(State::sampled)) check(n, "corpus", State::sampled, [&] { return corpus(n); });
      if (made(State::scored)) check(n, "measures", State::scored, [&] { return measures(n); });
    }
    if (!last_model) check_journal(position);
    return all_ok_;
  }

 private:
  /// A model is sealed only after the journal told of its mix: one that it does not know means that lines were lost.
  void check_journal(const Position& position) {
    for (int n = position.generation + 1; fs::exists(run_.generation(n).model_manifest()); ++n) {
      report({"generation " + std::to_string(n), std::nullopt, Verdict::damaged, run_.journal().string(),
              "the journal does not know this generation, whose model is there"});
    }
  }

  void report(const Finding& finding) {
    all_ok_ = all_ok_ && finding.verdict == Verdict::ok;
    Finding named = finding;
    if (!run_.chain.empty()) named.artefact = chain_prefix() + named.artefact;
    tell_(named);
  }
  /// "arm half seed 2 "; of a study that names no arms "seed 2 ".
  [[nodiscard]] std::string chain_prefix() const {
    return (run_.chain.rfind("seed ", 0) == 0 ? "" : "arm ") + run_.chain + " ";
  }

  void check(int n, const std::string& what, State state, const std::function<Digest()>& action) {
    Finding finding{"generation " + std::to_string(n) + " " + what, recorded_.at(n, state), Verdict::ok, {}, {}};
    const GenerationPaths paths = run_.generation(n);
    try {
      finding.digest = action();
    } catch (const Fault& fault) {
      finding.verdict = fault.verdict;
      finding.file = fault.file.string();
      finding.cause = fault.cause;
    } catch (const Error& error) {  // a reader found it unusable
      finding.verdict = Verdict::damaged;
      finding.file = error.object();
      finding.cause = error.cause();
    }
    report(finding);
  }

  Digest mix(int n) {
    const fs::path file = run_.generation(n).mix();
    must_exist(file);
    const auto plan = workers::MixPlan::parse(storage::read_json(file, "genloss mix", 1), file.string());
    must_equal(plan.digest(), recorded_.at(n, State::mixed), file, "the plan");
    for (const auto& source : plan.sources) {
      if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
        const std::string split = human->split == jobs::TrainableSplit::train ? "train" : "held_out";
        const auto known = human_.find(split);
        if (known != human_.end()) must_equal(source.digest, known->second, file, "its human " + split + " text");
      } else {
        const int g = std::get<workers::CorpusSource>(source.origin).generation;
        must_equal(source.digest, corpora_[g], file, "its corpus " + std::to_string(g));
      }
    }
    return *(mixes_[n] = plan.digest());
  }

  Digest model(int n) {
    const GenerationPaths paths = run_.generation(n);
    must_exist(paths.weights());
    must_exist(paths.model_manifest());
    const ModelManifest manifest = read_model_manifest(paths.model());
    const Digest weights = hashed_.digest(paths.weights(), [&] { return storage::weights_digest(paths.weights()); });
    must_equal(weights, manifest.model, paths.weights(), "the weights' digest");
    must_equal(manifest.model, recorded_.at(n, State::trained), paths.model_manifest(), "the model");
    must_equal(manifest.mix, mixes_[n], paths.model_manifest(), "the mix it was trained on");
    if (tokenizer_) {
      must_exist(paths.model() / "tokenizer.json");
      must_equal(workers::Tokenizer::load(paths.model()).digest(), tokenizer_, paths.model() / "tokenizer.json",
                 "its tokenizer");
    }
    return *(models_[n] = manifest.model);
  }

  Digest corpus(int n) {
    const GenerationPaths paths = run_.generation(n);
    must_exist(paths.corpus_manifest());
    const auto manifest = storage::read_corpus_manifest(paths.corpus());
    must_equal(manifest.digest(), recorded_.at(n, State::sampled), paths.corpus_manifest(), "the corpus");
    must_equal(manifest.model, models_[n], paths.corpus_manifest(), "the model it was drawn from");
    for (const auto& record : manifest.shards) {
      const fs::path file = storage::shard_path(paths.corpus(), record.shard);
      must_exist(file);
      const Digest content = hashed_.digest(file, [&] {
        if (storage::crc32c_of_file(file) != record.file_crc32c)
          throw Fault{Verdict::damaged, file, "its bytes have changed"};
        const storage::ShardReader shard(file);
        must_equal(shard.identity().recipe, manifest.recipe, file, "the recipe it was drawn by");
        return shard.content_digest();
      });
      must_equal(content, record.content, file, "its content");
    }
    return *(corpora_[n] = manifest.digest());
  }

  Digest measures(int n) {
    const fs::path file = run_.generation(n).measures();
    must_exist(file);
    const Digest found = storage::sha256_of_file(file);
    must_equal(found, recorded_.at(n, State::scored), file, "the file");
    must_equal(read_measures(file).model, models_[n], file, "the model it measured");
    return found;
  }

  const RunPaths& run_;
  const std::function<void(const Finding&)>& tell_;
  HashedArtefacts& hashed_;
  std::vector<nlohmann::json> journal_;
  Recorded recorded_;
  std::map<std::string, Digest> human_;  // by split
  std::optional<Digest> tokenizer_;
  std::map<int, std::optional<Digest>> mixes_, models_, corpora_;  // those found good so far
  bool all_ok_ = true;
};

}  // namespace

std::string Finding::text() const {
  std::string line = artefact + " " + (digest ? digest->text() : "sha256:unknown");
  if (verdict == Verdict::ok) return line + " ok";
  return line + (verdict == Verdict::damaged ? " DAMAGED " : " MISSING ") + file + " (" + cause + ")";
}

bool verify_run(const std::vector<RunPaths>& chains, std::optional<int> last_model,
                const std::function<void(const Finding&)>& tell) {
  if (const RunPaths& run = chains.front(); !fs::exists(run.journal())) {
    throw Error(ExitCode::bad_data, "verify", run.root.string(), "this is not a run directory: it has no journal.jsonl",
                "give the directory that `genloss run` printed");
  }
  HashedArtefacts hashed;
  bool good = true;
  for (const RunPaths& chain : chains) good = Verifier(chain, tell, hashed).go(last_model) && good;
  return good;
}

}  // namespace genloss::orchestrator

#include "orchestrator/verify/chain_check.hpp"

#include <algorithm>
#include <filesystem>

#include "jobs/columns.hpp"
#include "jobs/error.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/retention/retention.hpp"
#include "orchestrator/store/store.hpp"
#include "storage/files/durable.hpp"
#include "workers/families/family_type.hpp"
#include "workers/mix/mix_plan.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using storage::Digest;
using storage::HumanSplit;

constexpr std::uint64_t shards_a_piece = 16, documents_a_piece = 1024;

PieceKind piece_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::tokenizer:
      return PieceKind::tokenizer;
    case NodeKind::tokens:
      return PieceKind::tokens;
    case NodeKind::mix:
      return PieceKind::mix;
    case NodeKind::model:
      return PieceKind::model;
    case NodeKind::corpus:
    case NodeKind::columns:  // the same files
      return PieceKind::corpus;
    default:
      return PieceKind::measures;
  }
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return none ? 0 : size;
}

/// Faults of one kind in one file are one line.
std::vector<FileFault> merged(const std::vector<FileFault>& faults) {
  std::vector<FileFault> lines;
  std::vector<std::size_t> more;
  for (const FileFault& fault : faults) {
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const FileFault& line) {
      return line.verdict == fault.verdict && line.file == fault.file;
    });
    if (same == lines.end()) {
      lines.push_back(fault);
      more.push_back(0);
    } else if (same->cause.find(fault.cause) == std::string::npos) {
      if (++more[static_cast<std::size_t>(same - lines.begin())] == 1) same->cause += "; " + fault.cause;
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (more[i] > 1) lines[i].cause += "; and " + std::to_string(more[i] - 1) + " more";
  }
  return lines;
}

}  // namespace

std::size_t PieceList::add(Piece piece, const std::string& identity) {
  const std::string key = (identity.empty() ? fs::weakly_canonical(piece.path).string() : identity) + "\n" +
                          piece.split + "\n" + std::to_string(piece.first);
  const auto [place, is_new] = known_.try_emplace(key, pieces_.size());
  if (is_new) pieces_.push_back(std::move(piece));
  return place->second;
}

fs::path path_of(const RunPaths& chain, const Target& target) {
  const GenerationPaths paths = chain.generation(std::max(0, target.generation));
  switch (target.kind) {
    case NodeKind::tokenizer:
      return chain.tokenizer();
    case NodeKind::tokens:
      return chain.tokens();
    case NodeKind::mix:
      return paths.mix();
    case NodeKind::model:
      return paths.model();
    case NodeKind::corpus:
      return paths.corpus();
    case NodeKind::columns:
      return paths.columns(target.column);
    default:
      return paths.measures();
  }
}

std::string name_of(const Target& target) {
  if (target.kind == NodeKind::tokens) return "human tokens";
  if (target.generation < 0) return std::string(name_of(target.kind));
  return "generation " + std::to_string(target.generation) + " " + std::string(name_of(target.kind)) +
         (target.column.empty() ? "" : " " + target.column);
}

std::vector<Target> parents_of(const RunPaths& chain, const jobs::StudySpec& spec, const Target& target) {
  const int n = target.generation;
  std::vector<Target> parents;
  switch (target.kind) {
    case NodeKind::measures:
      return {{NodeKind::corpus, n}, {NodeKind::model, n}, {NodeKind::model, 0}};  // the last judges corpora
    case NodeKind::corpus:
      return {{NodeKind::model, n}};
    case NodeKind::columns:
      parents.push_back({NodeKind::corpus, n});
      if (const auto* column = jobs::find_column(spec, target.column)) {
        const workers::ColumnModel read = workers::model_of(*column, n);
        if (read.kind == workers::ColumnModel::Kind::generation) parents.push_back({NodeKind::model, read.generation});
      }
      return parents;
    case NodeKind::model:
      if (spec.training.follows_model_before(n)) parents.push_back({NodeKind::model, n - 1});
      parents.push_back({NodeKind::mix, n});
      return parents;
    case NodeKind::mix:
      try {
        const fs::path file = chain.generation(n).mix();
        const auto plan = workers::MixPlan::parse(storage::read_json(file, "genloss mix", 1), file.string());
        for (const auto& source : plan.sources) {
          const auto* corpus = std::get_if<workers::CorpusSource>(&source.origin);
          if (corpus != nullptr && corpus->lineage == 0) parents.push_back({NodeKind::corpus, corpus->generation});
        }
      } catch (const Error&) {  // told when it is checked
        for (int g = 0; g < n; ++g) parents.push_back({NodeKind::corpus, g});
      }
      for (const auto& [name, g] : columns_of_mix(spec.policy, n)) parents.push_back({NodeKind::columns, g, name});
      return parents;
    default:
      return parents;
  }
}

ChainCheck::ChainCheck(RunPaths chain, jobs::StudySpec spec, Told told, const std::optional<Target>& target)
    : chain_(std::move(chain)), spec_(std::move(spec)), told_(std::move(told)) {
  if (!target) return;
  scope_.emplace();
  descend({NodeKind::tokenizer, -1});
  descend({NodeKind::tokens, -1});
  descend(*target);
}

void ChainCheck::descend(const Target& target) {
  if (!scope_->insert(target).second) return;
  for (const Target& parent : parents_of(chain_, spec_, target)) descend(parent);
}

void ChainCheck::list_human(PieceList& pieces) {
  if (!fs::exists(chain_.human())) {
    if (workers::family_type(spec_).reads_text && told_.position().generation >= 0) {
      human_fault_ = {Verdict::missing, chain_.human().string(), "no such file"};
    }
    return;
  }
  try {
    const std::string text = storage::read_text(chain_.human());
    const auto body = storage::read_json(chain_.human(), human_schema, human_version);
    const std::string identity = storage::sha256_of(text).text();  // chains of the same text are checked once
    const Digest whole = Digest::parse(body.at("digest").get<std::string>());
    if (const Digest study = recorded_human_data(chain_); whole != study) {
      throw Error(ExitCode::bad_data, "verify", chain_.human().string(),
                  "it is of other human data (" + whole.text() + ") than the study (" + study.text() + ")");
    }
    const std::uint64_t documents = body.at("documents").size();
    for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test}) {
      Split part{std::string(storage::name_of(split)), {}, {}, {}};
      part.digest = body.at("splits").at(part.name).at("digest").get<std::string>();
      human_[part.name] = Digest::parse(part.digest);
      std::vector<Digest> contents;
      for (const auto& document : body.at("documents")) {
        if (document.at("split") != part.name) continue;
        contents.push_back(Digest::parse(document.at("content").get<std::string>()));
      }
      if (storage::digest_of_split(split, contents) != human_[part.name]) {
        part.fault = {Verdict::damaged, chain_.human().string(), "the split's digest does not fit its documents"};
      }
      for (std::uint64_t first = 0; first < documents; first += documents_a_piece) {
        part.pieces.push_back(
            pieces.add({PieceKind::human, chain_.human(), first, documents_a_piece, part.name, 1 << 20}, identity));
      }
      splits_.push_back(std::move(part));
    }
  } catch (const Error& error) {
    human_fault_ = fault_of(error);
  } catch (const nlohmann::json::exception& error) {
    human_fault_ = {Verdict::damaged, chain_.human().string(), error.what()};
  }
}

bool ChainCheck::list_dropped(const Target& target) {
  const fs::path path = path_of(chain_, target);
  if (!is_large(target.kind)) return false;
  if (!fs::exists(path / description_file)) return false;
  try {
    if (target.kind == NodeKind::columns) columns_[target] = storage::read_corpus_manifest(path);
    if (target.kind == NodeKind::corpus) manifests_[target.generation] = storage::read_corpus_manifest(path);
    found_[target] = read_description(path).value_or(Description{}).digest;
  } catch (const Error& error) {
    left_faults_[target] = fault_of(error);
  }
  return true;
}

void ChainCheck::list_entry(Target target, bool due, PieceList& pieces) {
  const int n = target.generation;
  const fs::path path = path_of(chain_, target);
  const auto made = state_when_made(target.kind);
  const bool sealed = target.kind == NodeKind::columns ? fs::exists(path / "manifest.json") : fs::exists(path);
  Entry entry{target, made ? is_sealed(chain_, n, *made) : sealed, false, {}};
  // A folder that was sealed, and has lost the file which says so, is there.
  const auto shelf = shelf_of(path);
  if (due && (!shelf || shelf->sealed()) && fs::exists(path)) entry.there = true;
  if ((!entry.there && !due) || !wanted(target)) return;
  if (entry.there && list_dropped(target)) {
    entry.dropped = true;
  } else if (entry.there) {
    Piece piece{piece_of(target.kind), path, 0, 0, {}, 1};
    if (target.kind == NodeKind::model) piece.bytes = size_of(path / "model.safetensors");
    if (target.kind == NodeKind::corpus || target.kind == NodeKind::columns) {
      std::uint64_t shards = 1;
      try {
        const storage::CorpusManifest manifest = storage::read_corpus_manifest(path);
        piece.bytes = manifest.values() * storage::size_of(manifest.format.values);
        shards = manifest.shards;
        (target.kind == NodeKind::corpus ? manifests_[n] : columns_[target]) = manifest;
      } catch (const Error&) {  // the piece tells
      }
      piece.bytes = std::max<std::uint64_t>(1, piece.bytes / std::max<std::uint64_t>(1, shards) * shards_a_piece);
      piece.count = shards_a_piece;
      for (; piece.first < std::max<std::uint64_t>(1, shards); piece.first += shards_a_piece) {
        entry.pieces.push_back(pieces.add(piece));
      }
    } else {
      entry.pieces.push_back(pieces.add(piece));
    }
  }
  entries_.push_back(std::move(entry));
}

void ChainCheck::list(PieceList& pieces) {
  list_human(pieces);
  const auto event = [&](NodeKind kind) { return told_.digest(std::string(name_of(kind))).has_value(); };
  list_entry({NodeKind::tokenizer, -1}, event(NodeKind::tokenizer), pieces);
  list_entry({NodeKind::tokens, -1}, event(NodeKind::tokens), pieces);
  // Without a journal, what later generations stand on.
  int last = -1;
  for (int n = 0; fs::exists(chain_.generation(n).root); ++n) {
    for (const State made : {State::mixed, State::trained, State::sampled}) {
      if (is_sealed(chain_, n, made)) last = n;
    }
  }
  const int end = std::max(last, told_.position().generation);
  for (int n = 0; n <= end; ++n) {
    const auto due = [&](State made) { return n < last || told_.reached(n, made); };
    list_entry({NodeKind::mix, n}, due(State::mixed) || is_sealed(chain_, n, State::trained), pieces);
    list_entry({NodeKind::model, n}, due(State::trained) || is_sealed(chain_, n, State::sampled), pieces);
    list_entry({NodeKind::corpus, n}, due(State::sampled), pieces);
    for (const jobs::ColumnOrder& column : spec_.columns) {
      const Target target{NodeKind::columns, n, column.name};
      list_entry(target, told_.digest(n, column.name).has_value(), pieces);
    }
    // Measures may be made after what follows them.
    const bool measured = told_.digest(n, State::scored) || told_.digest(n, State::evaluated);
    list_entry({NodeKind::measures, n}, measured, pieces);
  }
}

std::vector<Target> ChainCheck::present() const {
  std::vector<Target> targets;
  for (const Entry& entry : entries_) {
    if (entry.there && !entry.dropped) targets.push_back(entry.target);
  }
  return targets;
}

std::optional<Digest> ChainCheck::digest(const Target& target) const {
  const auto it = found_.find(target);
  return it == found_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<Digest> ChainCheck::expected(const Target& target) const {
  const int n = target.generation;
  if (target.kind == NodeKind::columns) return told_.digest(n, target.column);
  if (n < 0) return told_.digest(std::string(name_of(target.kind)));
  if (target.kind != NodeKind::measures) return told_.digest(n, *state_when_made(target.kind));
  if (const auto scored = told_.digest(n, State::scored)) return scored;
  // What is shown then may be the evaluation, or measures that the journal does not tell of yet.
  const auto shelf = shelf_of(path_of(chain_, target));
  return shelf && shelf->kind == "evaluation" ? told_.digest(n, State::evaluated) : std::nullopt;
}

void ChainCheck::conclude_human(const std::vector<PieceResult>& results, const std::function<void(Finding)>& tell) {
  if (human_fault_) {
    tell({"human data", std::nullopt, human_fault_->verdict, human_fault_->file, human_fault_->cause});
  }
  for (const Split& split : splits_) {
    std::vector<FileFault> faults;
    if (split.fault) faults.push_back(*split.fault);
    for (const std::size_t piece : split.pieces) {
      faults.insert(faults.end(), results[piece].faults.begin(), results[piece].faults.end());
    }
    const Digest digest = Digest::parse(split.digest);
    if (faults.empty()) tell({"human " + split.name, digest, Verdict::ok, {}, {}});
    for (const FileFault& fault : merged(faults)) {
      tell({"human " + split.name, digest, fault.verdict, fault.file, fault.cause});
    }
  }
}

void ChainCheck::conclude(const std::vector<PieceResult>& results, const Lineage* lineage,
                          const std::function<void(Finding)>& tell) {
  conclude_human(results, tell);
  for (const Entry& entry : entries_) {
    const Target& target = entry.target;
    const fs::path path = path_of(chain_, target);
    std::vector<FileFault> faults;
    if (!entry.there) {
      const bool dangling = fs::is_symlink(path);
      faults.push_back({Verdict::missing, path.string(), dangling ? "its link leads nowhere" : "no such file"});
    }
    std::optional<Digest> stated = expected(target);
    for (const std::size_t piece : entry.pieces) {
      const PieceResult& result = results[piece];
      faults.insert(faults.end(), result.faults.begin(), result.faults.end());
      if (target.kind == NodeKind::model) model_tokenizers_[target.generation] = result.tokenizer;
      if (!result.digest.empty()) found_[target] = Digest::parse(result.digest);
    }
    if (const auto found = digest(target); found && stated && *found != *stated) {
      faults.push_back(
          {Verdict::damaged, path.string(), "it is " + found->text() + ", and the journal tells of " + stated->text()});
    }
    if (const auto fault = left_faults_.find(target); fault != left_faults_.end()) faults.push_back(fault->second);
    if (entry.there) {
      try {
        relate(target, lineage, faults);
      } catch (const Error& error) {
        faults.push_back(fault_of(error));
      }
    }
    if (!stated) stated = digest(target);
    if (faults.empty()) tell({name_of(target), stated, entry.dropped ? Verdict::dropped : Verdict::ok, {}, {}});
    for (const FileFault& fault : merged(faults)) {
      tell({name_of(target), stated, fault.verdict, fault.file, fault.cause});
    }
  }
}

}  // namespace genloss::orchestrator

#include "orchestrator/verify/piece.hpp"

#include <algorithm>
#include <charconv>

#include "jobs/heartbeat.hpp"
#include "orchestrator/directory/made_by.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/directory/tokenizer_manifest.hpp"
#include "orchestrator/store/store.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/mix/mix_plan.hpp"
#include "workers/text/encoded/encoding.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using storage::Digest;

void fault(PieceResult& result, Verdict verdict, const fs::path& file, const std::string& cause) {
  result.faults.push_back({verdict, file.string(), cause});
}

/// Runs `action`; what a reader throws is a fault. @return whether there was none
template <class Action>
bool guarded(PieceResult& result, const fs::path& about, const Action& action) {
  try {
    action();
    return true;
  } catch (const Error& error) {
    result.faults.push_back(fault_of(error));
  } catch (const std::exception& error) {
    fault(result, Verdict::damaged, about, error.what());
  }
  return false;
}

bool there(PieceResult& result, const fs::path& file) {
  if (fs::exists(file)) return true;
  fault(result, Verdict::missing, file, "no such file");
  return false;
}

void must_be(PieceResult& result, const Digest& found, const Digest& stated, const fs::path& file) {
  if (found != stated) fault(result, Verdict::damaged, file, "it is " + found.text() + ", expected " + stated.text());
}

void append(PieceResult& result, std::vector<FileFault> faults) {
  std::move(faults.begin(), faults.end(), std::back_inserter(result.faults));
}

/// What a manifest says of the files beside it.
void companions(PieceResult& result, const fs::path& folder, const CompanionFiles& files) {
  for (const auto& [name, crc] : files) {
    const fs::path file = folder / name;
    if (!there(result, file)) continue;
    guarded(result, file, [&] {
      if (storage::crc32c_of_file(file) != crc) fault(result, Verdict::damaged, file, "its bytes have changed");
    });
  }
}

void made_by(PieceResult& result, const fs::path& file) {
  if (there(result, file)) guarded(result, file, [&] { (void)read_made_by(file); });
}

/// A mix or measures: one file, in the store with made-by.json and `others` beside it, in a copy of a run alone.
void single_file(PieceResult& result, const fs::path& file, const std::vector<std::string>& others = {}) {
  if (!shelf_of(file)) return;
  const fs::path folder = fs::canonical(file).parent_path();
  made_by(result, RunPaths::made_by(folder));
  std::vector<std::string> known{file.filename().string(), "made-by.json"};
  known.insert(known.end(), others.begin(), others.end());
  append(result, extra_files(folder, known));
}

void mix(const Piece& piece, PieceResult& result) {
  const auto plan = workers::MixPlan::parse(storage::read_json(piece.path, "genloss mix", 1), piece.path.string());
  result.digest = plan.digest().text();
  std::vector<std::string> indexes;
  for (std::size_t s = 0; s < plan.sources.size(); ++s) {
    if (!plan.sources[s].index) continue;
    indexes.push_back(plan.index_file(s));
    if (!shelf_of(piece.path)) continue;
    const fs::path file = fs::canonical(piece.path).parent_path() / indexes.back();
    if (!there(result, file)) continue;
    guarded(result, file, [&] { (void)storage::ChosenSamples(file, plan.sources[s].index->digest); });
  }
  single_file(result, piece.path, indexes);
}

void measures(const Piece& piece, PieceResult& result) {
  (void)read_measures(piece.path);
  result.digest = storage::sha256_of_file(piece.path).text();
  single_file(result, piece.path);
}

void tokenizer(const Piece& piece, PieceResult& result) {
  const fs::path file = piece.path / "tokenizer.json";
  std::vector<std::string> known{"manifest.json", "made-by.json"};
  guarded(result, piece.path, [&] {
    const TokenizerManifest manifest = read_tokenizer_manifest(piece.path);
    companions(result, piece.path, manifest.files);
    for (const auto& [name, crc] : manifest.files) known.push_back(name);
    if (!fs::exists(file)) return;  // told
    const Digest found = workers::Tokenizer::load(piece.path).digest();
    must_be(result, found, manifest.tokenizer, file);
    result.digest = found.text();
  });
  made_by(result, RunPaths::made_by(piece.path));
  append(result, extra_files(piece.path, known));
}

void tokens(const Piece& piece, PieceResult& result) {
  std::vector<std::string> known{"encoding.json", "made-by.json"};
  if (!there(result, piece.path / "encoding.json")) return;
  guarded(result, piece.path, [&] { result.digest = workers::check_encoding(piece.path).text(); });
  made_by(result, RunPaths::made_by(piece.path));
  guarded(result, piece.path, [&] {
    for (const auto& name : workers::encoded_files(piece.path)) known.push_back(name);
    append(result, extra_files(piece.path, known));
  });
}

void model(const Piece& piece, PieceResult& result) {
  const fs::path weights = piece.path / "model.safetensors";
  std::vector<std::string> known{"manifest.json", "made-by.json", "model.safetensors"};
  if (!there(result, piece.path / "manifest.json")) return;
  guarded(result, piece.path, [&] {
    const ModelManifest manifest = read_model_manifest(piece.path);
    companions(result, piece.path, manifest.files);
    for (const auto& [name, crc] : manifest.files) known.push_back(name);
    if (!there(result, weights)) return;
    const Digest found = storage::weights_digest(weights);
    must_be(result, found, manifest.model, weights);
    result.digest = found.text();
  });
  const fs::path tokenizer = piece.path / "tokenizer.json";
  if (fs::exists(tokenizer)) {
    guarded(result, tokenizer, [&] { result.tokenizer = workers::Tokenizer::load(piece.path).digest().text(); });
  }
  made_by(result, RunPaths::made_by(piece.path));
  append(result, extra_files(piece.path, known));
}

void document(const nlohmann::json& document, const fs::path& source, PieceResult& result) {
  const std::string name = document.at("file").get<std::string>();
  // The source is the file itself, or the folder it is in.
  const fs::path file = fs::is_directory(source) ? source / name : source.parent_path() / name;
  if (!there(result, file)) return;
  const storage::MappedFile map(file);
  const auto offset = document.at("offset").get<std::uint64_t>(), length = document.at("length").get<std::uint64_t>();
  if (offset > map.text().size() || length > map.text().size() - offset) {
    return fault(result, Verdict::damaged, file, "it is shorter than it was");
  }
  const Digest expected = Digest::parse(document.at("content").get<std::string>());
  if (storage::Sha256().bytes(map.bytes().subspan(offset, length)).finish() != expected) {
    fault(result, Verdict::damaged, file, "the text at byte " + std::to_string(offset) + " has changed");
  }
}

void shard(const fs::path& file, const storage::ShardRecord& record, const Digest& recipe, PieceResult& result) {
  if (!there(result, file)) return;
  guarded(result, file, [&] {
    if (storage::crc32c_of_file(file) != record.file_crc32c) {
      return fault(result, Verdict::damaged, file, "its bytes have changed");
    }
    const storage::ShardReader reader(file);
    must_be(result, reader.content_digest(), record.content, file);
    if (reader.identity().recipe != recipe) fault(result, Verdict::damaged, file, "it is of another corpus");
  });
}

/// Whether a file below a corpus is one of its shards.
bool is_shard(const fs::path& corpus, const fs::path& file, std::uint64_t shards) {
  const std::string stem = file.stem().string();
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (failed != std::errc() || end != stem.data() + stem.size() || number >= shards) return false;
  return file == storage::shard_path(corpus, number);
}

bool is_left_over(const std::string& name) {
  return name.find(".partial-") != std::string::npos || name.starts_with(".trash-");
}

}  // namespace

FileFault fault_of(const Error& error) {
  std::error_code none;
  const bool is_path = !error.object().empty() && error.object().front() == '/';
  if (error.code() == ExitCode::input_output) return {Verdict::unreadable, error.object(), error.cause()};
  const bool missing = is_path && !fs::exists(error.object(), none);
  return {missing ? Verdict::missing : Verdict::damaged, error.object(), error.cause()};
}

std::vector<FileFault> extra_files(const fs::path& folder, const std::vector<std::string>& known) {
  std::vector<FileFault> extra;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (is_left_over(name) || std::find(known.begin(), known.end(), name) != known.end()) continue;
    extra.push_back({Verdict::extra, entry.path().string(), "nothing says what it is"});
  }
  std::sort(extra.begin(), extra.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return extra;
}

void PieceChecker::human(const Piece& piece, PieceResult& result) {
  if (human_path_ != piece.path) documents_ = storage::read_json(piece.path, human_schema, human_version);
  human_path_ = piece.path;
  const fs::path source = documents_.at("source").get<std::string>();
  // What has been trained on is the copy; a run that was copied without its links has none.
  const fs::path copy = RunPaths{piece.path.parent_path()}.human_text();
  const bool copied = fs::is_directory(copy);
  const auto& all = documents_.at("documents");
  for (std::uint64_t i = piece.first; i < std::min<std::uint64_t>(all.size(), piece.first + piece.count); ++i) {
    if (all[i].at("split") != piece.split) continue;
    beat("check human documents");
    guarded(result, source, [&] { document(all[i], source, result); });
    if (copied) guarded(result, copy, [&] { document(all[i], copy, result); });
  }
}

void PieceChecker::corpus(const Piece& piece, PieceResult& result) {
  if (corpus_path_ != piece.path) {
    manifest_ = storage::read_corpus_manifest(piece.path);
    table_ = std::make_unique<storage::ShardTable>(piece.path, manifest_);
  }
  corpus_path_ = piece.path;
  const std::uint64_t shards = manifest_.shards;
  for (std::uint64_t i = piece.first; i < std::min(shards, piece.first + piece.count); ++i) {
    beat("check shards");
    shard(storage::shard_path(piece.path, i), table_->at(i).record, manifest_.recipe, result);
  }
  if (piece.first > 0) return;
  result.digest = manifest_.digest().text();
  must_be(result, storage::digest_of_table(*table_, manifest_.format), manifest_.digest(),
          storage::shard_table_path(piece.path));
  made_by(result, RunPaths::made_by(piece.path));
  append(result, extra_files(piece.path, {"manifest.json", "shards.table", "made-by.json", "shards", "columns.json"}));
  for (const auto& entry : fs::recursive_directory_iterator(piece.path / "shards")) {
    if (entry.is_directory() || is_shard(piece.path, entry.path(), shards)) continue;
    if (is_left_over(entry.path().filename().string())) continue;
    fault(result, Verdict::extra, entry.path(), "no shard of this corpus");
  }
}

PieceResult PieceChecker::check(const Piece& piece) {
  PieceResult result;
  guarded(result, piece.path, [&] {
    switch (piece.kind) {
      case PieceKind::human:
        return human(piece, result);
      case PieceKind::tokenizer:
        return tokenizer(piece, result);
      case PieceKind::tokens:
        return tokens(piece, result);
      case PieceKind::mix:
        return mix(piece, result);
      case PieceKind::model:
        return model(piece, result);
      case PieceKind::corpus:
        return corpus(piece, result);
      case PieceKind::measures:
        return measures(piece, result);
    }
  });
  return result;
}

}  // namespace genloss::orchestrator

#pragma once
// Where things lie below a run directory (docs/files-on-disk.md). Names only: nothing here touches the disk.

#include <filesystem>
#include <string>

namespace genloss::orchestrator {

/// runs/NAME-DIGEST8/generation-003/...
struct GenerationPaths {
  std::filesystem::path root;
  [[nodiscard]] std::filesystem::path mix() const { return root / "mix.json"; }
  [[nodiscard]] std::filesystem::path training_log() const { return root / "training.jsonl"; }
  [[nodiscard]] std::filesystem::path checkpoints() const { return root / "checkpoints"; }
  /// Results of measuring that is under way, in blocks.
  [[nodiscard]] std::filesystem::path measuring() const { return root / "measuring"; }
  /// What made the mix, and the measures of the model and of its corpus; a folder has its own made-by.json.
  [[nodiscard]] std::filesystem::path mix_made_by() const { return root / "mix.made-by.json"; }
  [[nodiscard]] std::filesystem::path evaluation_made_by() const { return root / "evaluation.made-by.json"; }
  [[nodiscard]] std::filesystem::path measures_made_by() const { return root / "measures.made-by.json"; }
  [[nodiscard]] std::filesystem::path model() const { return root / "model"; }
  [[nodiscard]] std::filesystem::path model_manifest() const { return model() / "manifest.json"; }
  [[nodiscard]] std::filesystem::path weights() const { return model() / "model.safetensors"; }
  [[nodiscard]] std::filesystem::path corpus() const { return root / "corpus"; }
  [[nodiscard]] std::filesystem::path corpus_manifest() const { return corpus() / "manifest.json"; }
  /// What scorers say of the corpus, by the names that the study gives it.
  [[nodiscard]] std::filesystem::path all_columns() const { return root / "columns"; }
  [[nodiscard]] std::filesystem::path columns(const std::string& name) const { return all_columns() / name; }
  [[nodiscard]] std::filesystem::path measures() const { return root / "measures.json"; }
};

/// Of a run with one chain; or of one chain of several, whose journal and logs are those of the run.
struct RunPaths {
  std::filesystem::path root;    ///< of generations: the run directory, or RUN/ARM/seed-S
  std::filesystem::path home{};  ///< the run directory, where it is another
  std::string chain{};           ///< jobs::Chain::name; empty: the run has one chain
  /// The run directory.
  [[nodiscard]] const std::filesystem::path& run() const { return home.empty() ? root : home; }
  [[nodiscard]] std::filesystem::path study() const { return root / "study.ini"; }
  /// The numerics key that the run was begun under.
  [[nodiscard]] std::filesystem::path numerics() const { return run() / "numerics.json"; }
  [[nodiscard]] std::filesystem::path human() const { return root / "human.json"; }
  /// Copy of the human text, in the store.
  [[nodiscard]] std::filesystem::path human_text() const { return root / "human-text"; }
  [[nodiscard]] std::filesystem::path tokenizer() const { return root / "tokenizer"; }
  [[nodiscard]] std::filesystem::path tokenizer_manifest() const { return tokenizer() / "manifest.json"; }
  /// Human text as tokens; none where tokens are bytes.
  [[nodiscard]] std::filesystem::path tokens() const { return root / "human-tokens"; }
  [[nodiscard]] std::filesystem::path encoding() const { return tokens() / "encoding.json"; }
  [[nodiscard]] std::filesystem::path journal() const { return run() / "journal.jsonl"; }
  [[nodiscard]] std::filesystem::path progress() const { return run() / "progress.json"; }
  [[nodiscard]] std::filesystem::path logs() const { return run() / "logs"; }
  /// What a batch job of this run needs and says: script, resolved study, output, count of restarts.
  [[nodiscard]] std::filesystem::path batch() const { return root / "slurm"; }
  [[nodiscard]] GenerationPaths generation(int n) const { return {root / generation_name(n)}; }
  /// What made the artefact in `folder`.
  [[nodiscard]] static std::filesystem::path made_by(const std::filesystem::path& folder) {
    return folder / "made-by.json";
  }
  /// "generation-003"
  [[nodiscard]] static std::string generation_name(int n);
};

}  // namespace genloss::orchestrator

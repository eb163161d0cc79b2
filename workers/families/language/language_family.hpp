#pragma once
// The language family: a transformer over the tokens of human text.

#include <memory>
#include <optional>

#include "workers/families/language/human_reference.hpp"
#include "workers/families/language/study_text.hpp"
#include "workers/family.hpp"
#include "workers/training/transformer_trainer.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

/// Trains on windows of text, samples documents, is measured on human test text and judged by its first generation.
class LanguageFamily final : public FamilyOfParts<LanguageFamily>,
                             public TrainingUnits,
                             public Learner,
                             public Drawer,
                             public Measurer,
                             public Likelihood {
 public:
  LanguageFamily(const jobs::StudySpec& spec, Accelerator* accelerator, storage::HumanData human);

  [[nodiscard]] Tokenizing* tokenizing() noexcept override { return &text_; }
  [[nodiscard]] const Tokenizing* tokenizing() const noexcept override { return &text_; }
  [[nodiscard]] std::string unit_name() const override;
  [[nodiscard]] std::uint64_t unit_values() const override;
  [[nodiscard]] std::uint64_t human_units(jobs::TrainableSplit split) const override;
  [[nodiscard]] storage::Digest human_digest(jobs::TrainableSplit split) const override;
  [[nodiscard]] storage::Digest data_digest() const override { return text_.human().digest(); }
  [[nodiscard]] nlohmann::ordered_json provenance() const override { return text_.human().provenance(); }
  [[nodiscard]] std::uint64_t human_samples(jobs::TrainableSplit split) const override;
  [[nodiscard]] SampleBlock human_block(jobs::TrainableSplit split, storage::ElementType type, std::uint64_t first,
                                        std::uint64_t count) const override;
  [[nodiscard]] std::uint64_t corpus_units(const storage::CorpusManifest& corpus) const override;
  [[nodiscard]] std::unique_ptr<UnitSource> open_human(jobs::TrainableSplit split) const override;
  [[nodiscard]] std::unique_ptr<UnitSource> open_corpus(storage::SampleView samples) const override;
  [[nodiscard]] std::vector<std::string_view> model_sections() const override { return {"data", "model", "training"}; }

  /// The validation split, where training.patience watches it.
  [[nodiscard]] std::optional<storage::Digest> further_data() const override;
  [[nodiscard]] TrainOutcome train(const TrainJob& job) override;
  void save_model(const std::filesystem::path& directory) override;

  [[nodiscard]] storage::CorpusFormat corpus_format() const override;
  [[nodiscard]] std::unique_ptr<Sampler> open_sampler(const std::filesystem::path& model, int generation) override;

  [[nodiscard]] std::vector<Measure> evaluate(const EvaluateJob& job) override;
  [[nodiscard]] CorpusMeasures inspect(const InspectJob& job) override;

  /// @throws Error(bad_data) if the model has other tokens than the study
  [[nodiscard]] std::unique_ptr<SampleReader> open_reader(const std::filesystem::path& model) const override;

 private:
  [[nodiscard]] const HumanReference& reference();

  jobs::StudySpec spec_;
  Accelerator* accelerator_;
  StudyText text_;
  Architecture architecture_;
  std::unique_ptr<TransformerTrainer> trainer_;
  std::unique_ptr<HumanReference> reference_;  // made when it is first asked for
};

}  // namespace genloss::workers

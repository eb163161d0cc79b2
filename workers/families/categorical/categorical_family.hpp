#pragma once
// The family of frequencies: a model is the share of each symbol in what it learned from. Under replacement a chain of
// them is a Wright-Fisher population, of which nearly everything is known (science.md, CF12-CF16).

#include <optional>
#include <vector>

#include "jobs/study_spec.hpp"
#include "workers/families/categorical/categorical_model.hpp"
#include "workers/families/drawn_data.hpp"

namespace genloss::workers {

/// "Human data" is a distribution, drawn by counter: sampling.samples units to train on and as many others held out. A
/// unit is the same-numbered symbol of all replicates, [replicates] u32.
class CategoricalFamily final : public FamilyOfParts<CategoricalFamily>,
                                public UnitsOfTruth,
                                public Learner,
                                public Drawer,
                                public Measurer,
                                public Likelihood {
 public:
  explicit CategoricalFamily(const jobs::StudySpec& spec);

  [[nodiscard]] std::string unit_name() const override;
  [[nodiscard]] storage::Digest data_digest() const override;
  [[nodiscard]] std::unique_ptr<UnitSource> open_human(jobs::TrainableSplit split) const override;
  [[nodiscard]] std::unique_ptr<UnitSource> open_corpus(storage::SampleView samples) const override;

  [[nodiscard]] std::vector<std::string_view> model_sections() const override { return {"categorical", "training"}; }
  /// Frequencies: counts over the mix, summed over lanes.
  [[nodiscard]] TrainOutcome train(const TrainJob& job) override;
  void save_model(const std::filesystem::path& directory) override;

  [[nodiscard]] storage::CorpusFormat corpus_format() const override;
  [[nodiscard]] std::unique_ptr<Sampler> open_sampler(const std::filesystem::path& model, int generation) override;

  [[nodiscard]] std::vector<Measure> evaluate(const EvaluateJob& job) override;
  [[nodiscard]] CorpusMeasures inspect(const InspectJob& job) override;

  [[nodiscard]] std::unique_ptr<SampleReader> open_reader(const std::filesystem::path& model) const override;

 private:
  jobs::StudySpec spec_;
  std::uint64_t replicates_;
  std::vector<double> truth_;
  std::optional<CategoricalModel> trained_;
};

}  // namespace genloss::workers

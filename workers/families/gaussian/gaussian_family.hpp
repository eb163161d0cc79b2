#pragma once
// The closed-form family: thousands of independent Gaussian chains through the same grants, corpora, mixes and lanes as
// a language model, so that mathematics can check the machinery (science.md, CF1-CF6).

#include <optional>

#include "jobs/study_spec.hpp"
#include "workers/families/drawn_data.hpp"
#include "workers/families/gaussian/gaussian_draws.hpp"
#include "workers/families/gaussian/gaussian_model.hpp"

namespace genloss::workers {

/// "Human data" is a distribution, drawn by counter: sampling.samples units to train on and as many others held out.
/// training.init, training.budget, model.* and sampling's token options do not concern this family and are ignored.
class GaussianFamily final : public FamilyOfParts<GaussianFamily>,
                             public UnitsOfTruth,
                             public Learner,
                             public Drawer,
                             public Measurer,
                             public Likelihood {
 public:
  explicit GaussianFamily(const jobs::StudySpec& spec);

  [[nodiscard]] std::string unit_name() const override;
  [[nodiscard]] storage::Digest data_digest() const override;
  [[nodiscard]] std::unique_ptr<UnitSource> open_human(jobs::TrainableSplit split) const override;
  [[nodiscard]] std::unique_ptr<UnitSource> open_corpus(storage::SampleView samples) const override;
  [[nodiscard]] std::vector<std::string_view> model_sections() const override { return {"gaussian", "training"}; }

  [[nodiscard]] TrainOutcome train(const TrainJob& job) override;
  void save_model(const std::filesystem::path& directory) override;

  [[nodiscard]] std::vector<std::string_view> corpus_sections() const override { return {"sampling", "gaussian"}; }
  [[nodiscard]] storage::CorpusFormat corpus_format() const override;
  [[nodiscard]] std::unique_ptr<Sampler> open_sampler(const std::filesystem::path& model, int generation) override;

  [[nodiscard]] std::vector<Measure> evaluate(const EvaluateJob& job) override;
  [[nodiscard]] CorpusMeasures inspect(const InspectJob& job) override;

  [[nodiscard]] std::unique_ptr<SampleReader> open_reader(const std::filesystem::path& model) const override;

 private:
  [[nodiscard]] std::uint64_t values() const noexcept;  // reals per unit

  jobs::StudySpec spec_;
  std::uint64_t replicates_;
  GaussianTruth truth_;
  std::optional<GaussianModel> trained_;
};

}  // namespace genloss::workers

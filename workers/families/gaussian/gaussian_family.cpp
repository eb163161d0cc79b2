#include "workers/families/gaussian/gaussian_family.hpp"

#include <chrono>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "workers/families/gaussian/gaussian_fit.hpp"
#include "workers/families/gaussian/gaussian_likelihood.hpp"
#include "workers/families/gaussian/gaussian_measures.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"
#include "workers/families/gaussian/marginal_sums.hpp"
#include "workers/mix/sample_source.hpp"

namespace genloss::workers {
GaussianFamily::GaussianFamily(const jobs::StudySpec& spec)
    : UnitsOfTruth(spec),
      spec_(spec),
      replicates_(static_cast<std::uint64_t>(gaussian_options(spec).replicates)),
      truth_(gaussian_options(spec)) {}

std::uint64_t GaussianFamily::values() const noexcept { return replicates_ * truth_.dimension; }

std::string GaussianFamily::unit_name() const {
  return "sample of " + std::to_string(truth_.dimension) + " reals in " + std::to_string(replicates_) + " replicates";
}

storage::Digest GaussianFamily::data_digest() const {
  return storage::sha256_of(jobs::identity_text(spec_, {"gaussian"}));
}

std::unique_ptr<UnitSource> GaussianFamily::open_human(jobs::TrainableSplit split) const {
  return split_of(GaussianDraws(truth_, replicates_, truth_key()), split);
}

std::unique_ptr<UnitSource> GaussianFamily::open_corpus(storage::SampleView samples) const {
  return std::make_unique<SampleSource>(std::move(samples), storage::ElementType::f64, values());
}

TrainOutcome GaussianFamily::train(const TrainJob& job) {
  const auto start = std::chrono::steady_clock::now();
  TrainOutcome outcome;
  const auto after_pass = [&](std::uint64_t pass, std::uint64_t units) {
    outcome.steps = pass;
    outcome.tokens = units;
    if (!job.report || !job.ranks.is_root()) return;
    TrainProgress progress;
    progress.step = pass;
    progress.steps = gaussian_passes;
    progress.tokens = units;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    progress.tokens_per_second = static_cast<double>(units * pass) / std::max(seconds, 1e-9);
    job.report(progress);
  };
  // No checkpoint: a stop is taken between two short passes, and a pass is as quick as reading it back would be.
  trained_ = fit_gaussians(job.ranks, job.mix,
                           {replicates_, truth_.dimension, gaussian_options(spec_).ddof, spec_.training.lanes,
                            job.stop_requested, after_pass});
  outcome.end = trained_ ? TrainEnd::finished : TrainEnd::stopped;
  return outcome;
}

void GaussianFamily::save_model(const std::filesystem::path& directory) {
  if (!trained_) throw Error(ExitCode::internal, "save model", directory.string(), "no model has been trained");
  save_gaussian(*trained_, gaussian_options(spec_).ddof, directory);
}

storage::CorpusFormat GaussianFamily::corpus_format() const { return {storage::ElementType::f64, false, values(), {}}; }

std::unique_ptr<Sampler> GaussianFamily::open_sampler(const std::filesystem::path& model, int generation) {
  const jobs::RandomKey key{spec_.study.chain_seed(), jobs::Purpose::sampling, static_cast<std::uint32_t>(generation)};
  return std::make_unique<DrawingSampler<GaussianDraws>>(
      GaussianDraws(load_gaussian(model), gaussian_options(spec_).sampling_bias, key));
}

std::unique_ptr<SampleReader> GaussianFamily::open_reader(const std::filesystem::path& model) const {
  return gaussian_reader(load_gaussian(model));
}

std::vector<Measure> GaussianFamily::evaluate(const EvaluateJob& job) {
  // Arithmetic on what rank 0 can load in a moment: nothing to distribute.
  if (!job.ranks.is_root()) return {};
  return gaussian_measures(load_gaussian(job.model), truth_, spec_.measures.confidence);
}

CorpusMeasures GaussianFamily::inspect(const InspectJob& job) {
  auto sums = marginal_sums(job.distribute, *job.corpus, truth_.mean, replicates_);
  if (!job.ranks.is_root()) return {};
  return {{marginal_variance(std::move(sums), static_cast<double>(job.corpus->samples()), spec_.measures.confidence)},
          {}};
}

}  // namespace genloss::workers

#include "workers/families/categorical/categorical_family.hpp"

#include <chrono>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "jobs/study_file.hpp"
#include "workers/families/categorical/categorical_likelihood.hpp"
#include "workers/families/categorical/categorical_measures.hpp"
#include "workers/families/categorical/categorical_options.hpp"
#include "workers/families/categorical/symbol_distribution.hpp"
#include "workers/mix/sample_source.hpp"
#include "workers/mix/unit_sums.hpp"

namespace genloss::workers {
namespace {

/// Symbols of independent draws, one for each replicate, by counter.
class SymbolDraws {
 public:
  using Value = std::uint32_t;
  /// @param cumulated [replicates, symbols], or of one distribution for all
  SymbolDraws(std::vector<double> cumulated, std::uint64_t symbols, std::uint64_t replicates, jobs::RandomKey key)
      : cumulated_(std::move(cumulated)), symbols_(symbols), replicates_(replicates), random_(key) {}
  [[nodiscard]] std::uint64_t values() const noexcept { return replicates_; }
  void draw(std::uint64_t sample, std::span<std::uint32_t> out) const {
    const bool shared = cumulated_.size() == symbols_;
    for (std::uint64_t r = 0; r < replicates_; ++r) {
      const auto row = std::span(cumulated_).subspan(shared ? 0 : r * symbols_, symbols_);
      out[r] = symbol_at(row, random_.uniform(sample, r));
    }
  }

 private:
  std::vector<double> cumulated_;
  std::uint64_t symbols_, replicates_;
  jobs::CounterRandom random_;
};

}  // namespace

CategoricalFamily::CategoricalFamily(const jobs::StudySpec& spec)
    : UnitsOfTruth(spec),
      spec_(spec),
      replicates_(static_cast<std::uint64_t>(categorical_options(spec).replicates)),
      truth_(true_distribution(categorical_options(spec))) {}

std::string CategoricalFamily::unit_name() const {
  return "symbol of " + std::to_string(truth_.size()) + " in " + std::to_string(replicates_) + " replicates";
}

storage::Digest CategoricalFamily::data_digest() const {
  storage::Sha256 hash;
  hash.text(jobs::identity_text(spec_, {"categorical"})).number(truth_.size());
  if (categorical_options(spec_).shape == SymbolShape::counts) {  // of the text, its words alone
    hash.bytes(std::as_bytes(std::span(truth_)));
  }
  return hash.finish();
}

std::unique_ptr<UnitSource> CategoricalFamily::open_human(jobs::TrainableSplit split) const {
  return split_of(SymbolDraws(cumulated(truth_), truth_.size(), replicates_, truth_key()), split);
}

std::unique_ptr<UnitSource> CategoricalFamily::open_corpus(storage::SampleView samples) const {
  return std::make_unique<SampleSource>(std::move(samples), storage::ElementType::u32, replicates_);
}

TrainOutcome CategoricalFamily::train(const TrainJob& job) {
  const auto start = std::chrono::steady_clock::now();
  TrainOutcome outcome;
  if (stop_agreed(job.ranks, job.stop_requested)) {
    outcome.end = TrainEnd::stopped;
    return outcome;
  }
  const std::size_t symbols = truth_.size();
  CategoricalModel model{replicates_, symbols, {}};
  model.probabilities = sum_over_lanes<std::uint32_t>(
      job.ranks, job.mix, spec_.training.lanes, replicates_ * symbols, "counts of symbols",
      [&](std::span<const std::uint32_t> unit, double weight, std::span<double> counts) {
        for (std::size_t r = 0; r < unit.size(); ++r) {
          if (unit[r] >= symbols) {
            throw Error(ExitCode::bad_data, "count symbols", "generation " + std::to_string(job.generation),
                        "symbol " + std::to_string(unit[r]) + " of " + std::to_string(symbols),
                        "the corpus was drawn from another distribution");
          }
          counts[r * symbols + unit[r]] += weight;
        }
      });
  const std::uint64_t units = job.mix.plan().units();
  for (double& p : model.probabilities) p /= static_cast<double>(units);
  trained_ = std::move(model);
  outcome.steps = 1;
  outcome.tokens = units;
  if (job.report && job.ranks.is_root()) {
    TrainProgress progress;
    progress.step = progress.steps = 1;
    progress.tokens = units;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    progress.tokens_per_second = static_cast<double>(units) / std::max(seconds, 1e-9);
    job.report(progress);
  }
  return outcome;
}

void CategoricalFamily::save_model(const std::filesystem::path& directory) {
  if (!trained_) throw Error(ExitCode::internal, "save model", directory.string(), "no model has been trained");
  save_categorical(*trained_, directory);
}

storage::CorpusFormat CategoricalFamily::corpus_format() const {
  return {storage::ElementType::u32, false, replicates_, {}};
}

std::unique_ptr<Sampler> CategoricalFamily::open_sampler(const std::filesystem::path& model, int generation) {
  const jobs::RandomKey key{spec_.study.chain_seed(), jobs::Purpose::sampling, static_cast<std::uint32_t>(generation)};
  CategoricalModel loaded = load_categorical(model);
  std::vector<double> sums;
  sums.reserve(loaded.probabilities.size());
  for (std::uint64_t r = 0; r < loaded.replicates; ++r) {
    const auto row = std::span(loaded.probabilities).subspan(r * loaded.symbols, loaded.symbols);
    decode(spec_.sampling, row);
    const auto of_row = cumulated(row);
    sums.insert(sums.end(), of_row.begin(), of_row.end());
  }
  return std::make_unique<DrawingSampler<SymbolDraws>>(
      SymbolDraws(std::move(sums), loaded.symbols, loaded.replicates, key));
}

std::unique_ptr<SampleReader> CategoricalFamily::open_reader(const std::filesystem::path& model) const {
  return categorical_reader(load_categorical(model));
}

std::vector<Measure> CategoricalFamily::evaluate(const EvaluateJob& job) {
  if (!job.ranks.is_root()) return {};  // arithmetic on what rank 0 loads in a moment
  return categorical_measures(load_categorical(job.model), truth_, spec_.measures.confidence);
}

CorpusMeasures CategoricalFamily::inspect(const InspectJob& job) {
  const auto drawn = symbols_drawn(job.distribute, *job.corpus, truth_.size());
  if (!job.ranks.is_root()) return {};
  return {{drawn_support(drawn, spec_.measures.confidence)}, {}};
}

}  // namespace genloss::workers

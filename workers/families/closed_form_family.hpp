#pragma once
// A family of closed forms from its mathematics. `Kind` says what a chain's truth, model, fit, draws and numbers are,
// and this class takes it through grants, corpora, mixes, lanes and files.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "jobs/study_file.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/families/chain_numbers.hpp"
#include "workers/families/drawn_data.hpp"
#include "workers/mix/sample_source.hpp"

namespace genloss::workers {

template <class Value>
[[nodiscard]] constexpr storage::ElementType element_of() {
  if constexpr (std::is_same_v<Value, double>) {
    return storage::ElementType::f64;
  } else if constexpr (std::is_same_v<Value, std::uint32_t>) {
    return storage::ElementType::u32;
  } else {
    static_assert(std::is_same_v<Value, std::uint8_t>);
    return storage::ElementType::u8;
  }
}

/// Independent samples of every chain's distribution, by counter. `Source` has draw(random, sample, chain, out).
template <class Kind, class Source>
class ChainDraws {
 public:
  using Value = typename Kind::Value;
  ChainDraws(std::shared_ptr<const Source> source, std::uint64_t replicates, std::uint64_t each, jobs::RandomKey key)
      : source_(std::move(source)), replicates_(replicates), each_(each), random_(key) {}
  [[nodiscard]] std::uint64_t values() const noexcept { return replicates_ * each_; }
  void draw(std::uint64_t sample, std::span<Value> out) const {
    for (std::uint64_t r = 0; r < replicates_; ++r) source_->draw(random_, sample, r, out.subspan(r * each_, each_));
  }

 private:
  std::shared_ptr<const Source> source_;
  std::uint64_t replicates_, each_;
  jobs::CounterRandom random_;
};

/// What a Kind has:
///   using Value                         of a sample: double, std::uint32_t, std::uint8_t
///   explicit Kind(const StudySpec&)
///   static section                      of the study file, and the name in model files
///   replicates(), sample_values()       chains; values of a sample in one chain
///   format()                            tables of a model and names of states
///   struct Truth, truth()               draws what stands for human data; without it, a derived family has
///   open_human() struct Model, drawer(ChainModel)    draws from a model; ended chains too, whatever it be
///   fit(ChainFitting&) -> ChainModel    @throws FitStopped, Error(bad_data)
///   model_records(), corpus_records()   what it measures
///   numbers(model, chain, out)          a number for each of model_records(), or no_number
///   corpus_sums(), add_to_sums(sample, sums), corpus_numbers(sums, samples, out)
template <class Kind>
class ClosedFormFamily : public FamilyOfParts<ClosedFormFamily<Kind>>,
                         public UnitsOfTruth,
                         public Learner,
                         public Drawer,
                         public Measurer {
 public:
  using Value = typename Kind::Value;

  explicit ClosedFormFamily(const jobs::StudySpec& spec) : UnitsOfTruth(spec), spec_(spec), kind_(spec) {}

  [[nodiscard]] std::string unit_name() const override {
    return "sample of " + std::to_string(kind_.sample_values()) + " values in " + std::to_string(kind_.replicates()) +
           " replicates";
  }
  [[nodiscard]] storage::Digest data_digest() const override {
    return storage::sha256_of(jobs::identity_text(spec_, {Kind::section}));
  }
  [[nodiscard]] std::unique_ptr<UnitSource> open_human(jobs::TrainableSplit split) const override {
    if constexpr (requires { typename Kind::Truth; }) {
      using Draws = ChainDraws<Kind, typename Kind::Truth>;
      return split_of(Draws(std::make_shared<const typename Kind::Truth>(kind_.truth()), kind_.replicates(),
                            kind_.sample_values(), truth_key()),
                      split);
    } else {
      throw Error(ExitCode::internal, "open human data", std::string(Kind::section), "its family has to open it");
    }
  }
  [[nodiscard]] std::unique_ptr<UnitSource> open_corpus(storage::SampleView samples) const override {
    return std::make_unique<SampleSource>(std::move(samples), element_of<Value>(), values());
  }

  [[nodiscard]] std::vector<std::string_view> model_sections() const override { return {Kind::section, "training"}; }
  [[nodiscard]] TrainOutcome train(const TrainJob& job) override {
    ChainFitting fitting(job, spec_.training.lanes, kind_.replicates(), Kind::passes);
    TrainOutcome outcome;
    try {
      trained_ = kind_.fit(fitting);
      outcome.steps = fitting.passes_done();
      outcome.tokens = fitting.units();
    } catch (const FitStopped&) {
      // No checkpoint: a pass is as quick as reading it back would be.
      outcome.end = TrainEnd::stopped;
    }
    return outcome;
  }
  void save_model(const std::filesystem::path& directory) override {
    if (!trained_) throw Error(ExitCode::internal, "save model", directory.string(), "no model has been trained");
    save_chains(*trained_, kind_.format(), directory);
  }

  [[nodiscard]] std::vector<std::string_view> corpus_sections() const override { return {"sampling", Kind::section}; }
  [[nodiscard]] storage::CorpusFormat corpus_format() const override {
    return {element_of<Value>(), false, values(), {}};
  }
  [[nodiscard]] std::unique_ptr<Sampler> open_sampler(const std::filesystem::path& model, int generation) override {
    const jobs::RandomKey key{spec_.study.chain_seed(), jobs::Purpose::sampling,
                              static_cast<std::uint32_t>(generation)};
    using Draws = ChainDraws<Kind, typename Kind::Model>;
    return std::make_unique<DrawingSampler<Draws>>(
        Draws(std::make_shared<const typename Kind::Model>(kind_.drawer(load_chains(kind_.format(), model))),
              kind_.replicates(), kind_.sample_values(), key));
  }

  [[nodiscard]] std::vector<Measure> evaluate(const EvaluateJob& job) override {
    const std::span<const Record> records = Kind::model_records();
    std::optional<ChainModel> model;  // read once, by ranks that measure a part of it
    const auto of_parts = job.distribute("measure model", parts_of_model(), [&](std::uint64_t part) {
      if (!model) model = load_chains(kind_.format(), job.model);
      const auto [first, end] = chains_of(part);
      std::vector<double> numbers((end - first) * records.size(), no_number);
      for (std::uint64_t r = first; r < end; ++r) {
        kind_.numbers(*model, r, std::span(numbers).subspan((r - first) * records.size(), records.size()));
      }
      const auto bytes = std::as_bytes(std::span(numbers));
      return std::vector<std::byte>(bytes.begin(), bytes.end());
    });
    if (!job.ranks.is_root()) return {};
    std::vector<double> numbers;
    for (const auto& bytes : of_parts) {
      const std::size_t before = numbers.size();
      numbers.resize(before + bytes.size() / sizeof(double));
      std::memcpy(numbers.data() + before, bytes.data(), bytes.size());
    }
    auto measures = measures_of_numbers(records, numbers, spec_.measures.confidence);
    if (!model) model = load_chains(kind_.format(), job.model);
    for (auto& measure : measures_of_states(*model, kind_.format().states, spec_.measures.confidence)) {
      measures.push_back(std::move(measure));
    }
    return measures;
  }
  [[nodiscard]] CorpusMeasures inspect(const InspectJob& job) override {
    const std::span<const Record> records = Kind::corpus_records();
    const auto sums = sums_of_corpus<Value>(
        job.distribute, *job.corpus, kind_.replicates(), kind_.corpus_sums(),
        [&](std::span<const Value> sample, std::span<double> of_chain) { kind_.add_to_sums(sample, of_chain); });
    if (!job.ranks.is_root()) return {};
    std::vector<double> numbers(kind_.replicates() * records.size(), no_number);
    const auto samples = static_cast<double>(job.corpus->samples());
    for (std::uint64_t r = 0; r < kind_.replicates(); ++r) {
      kind_.corpus_numbers(std::span(sums).subspan(r * kind_.corpus_sums(), kind_.corpus_sums()), samples,
                           std::span(numbers).subspan(r * records.size(), records.size()));
    }
    return {measures_of_numbers(records, numbers, spec_.measures.confidence), {}};
  }

 protected:
  [[nodiscard]] Kind& kind() noexcept { return kind_; }
  [[nodiscard]] const Kind& kind() const noexcept { return kind_; }

 private:
  [[nodiscard]] std::uint64_t values() const { return kind_.replicates() * kind_.sample_values(); }
  // Where a chain takes long to measure, ranks share the chains.
  [[nodiscard]] std::uint64_t parts_of_model() const {
    return kind_.slow_to_measure() ? std::min<std::uint64_t>(kind_.replicates(), 64) : 1;
  }
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> chains_of(std::uint64_t part) const {
    const std::uint64_t parts = parts_of_model(), all = kind_.replicates();
    return {all * part / parts, all * (part + 1) / parts};
  }

  jobs::StudySpec spec_;
  Kind kind_;
  std::optional<ChainModel> trained_;
};

}  // namespace genloss::workers

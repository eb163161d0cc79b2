// The family `categorical`, as it registers: options, checks, costs and speeds.

#include <chrono>
#include <cmath>

#include "jobs/error.hpp"
#include "jobs/option_builders.hpp"
#include "jobs/study_file.hpp"
#include "workers/costs/lane_costs.hpp"
#include "workers/families/categorical/categorical_family.hpp"
#include "workers/families/categorical/categorical_measures.hpp"
#include "workers/families/categorical/categorical_options.hpp"
#include "workers/families/categorical/symbol_distribution.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<CategoricalOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<CategoricalOptions>(
      jobs::Section{"categorical", "Frequencies of symbols, counted in what was drawn: the Wright-Fisher chain."},
      {
          integer({"categorical", "symbols", "", "How many there are, unless they are counted in a text."},
                  FIELD(symbols), 2, 1 << 22),
          integer({"categorical", "replicates", "", "Independent chains carried through the study at once."},
                  FIELD(replicates), 1),
          choice<SymbolShape>({"categorical", "distribution", "",
                               "True probabilities: all equal, i^-s, (i + q)^-s, or those of the words of a text."},
                              FIELD(shape),
                              {{"zipf", SymbolShape::zipf},
                               {"uniform", SymbolShape::uniform},
                               {"zipf_mandelbrot", SymbolShape::zipf_mandelbrot},
                               {"counts", SymbolShape::counts}}),
          number({"categorical", "exponent", "", "s of zipf and zipf_mandelbrot."}, FIELD(exponent), 0, 20),
          number({"categorical", "shift", "", "q of zipf_mandelbrot."}, FIELD(shift), 0, unbounded),
          outside_digest(path({"categorical", "counts", "",
                               "The text whose words distribution = counts counts (their frequencies are in the "
                               "digest)."},
                              FIELD(counts))),
      });
}

void check_categorical(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  const CategoricalOptions& options = categorical_options(spec);
  if (options.shape != SymbolShape::counts || !options.counts.empty()) return;
  throw Error(ExitCode::usage, "check study", "categorical.counts", "no text is given whose words could be counted",
              "categorical.counts = a UTF-8 text file");
}

std::size_t symbols_of(const jobs::StudySpec& spec) { return true_distribution(categorical_options(spec)).size(); }

ModelCosts categorical_costs(const jobs::StudySpec& spec, int ranks) {
  constexpr std::uint64_t of_real = sizeof(double), of_symbol = sizeof(std::uint32_t);
  const std::uint64_t symbols = symbols_of(spec);
  const auto replicates = static_cast<std::uint64_t>(categorical_options(spec).replicates);
  const UnitSumCosts counts = unit_sum_costs(ranks, spec.training.lanes, replicates * symbols);
  ModelCosts costs;
  costs.parameters = replicates * symbols;
  costs.model_bytes = costs.parameters * of_real + 800;  // header, config, manifest
  costs.model_files = 3;
  costs.training_flops = static_cast<double>(replicates);
  // A uniform number, and the search for its symbol.
  costs.sampling_flops = static_cast<double>(replicates) * (20 + 2 * std::log2(static_cast<double>(symbols)));
  costs.scoring_flops = static_cast<double>(replicates);
  costs.step_bytes = counts.bytes_sent;
  costs.scored_shard_bytes = static_cast<double>(replicates * ((symbols + 63) / 64 + 1) * of_real);
  costs.measure_bytes = {1'450, 200, 0};
  costs.training_memory = {
      {"weights", costs.parameters * of_real}, {"gradients", counts.buffers}, {"staging", 2 * replicates * of_symbol}};
  costs.sampling_memory = {{"weights", 2 * costs.parameters * of_real},
                           {"staging", (2 + spec.sampling.shard_samples) * replicates * of_symbol}};
  costs.scoring_memory = {{"weights", costs.parameters * of_real}};
  costs.training = [](int, std::uint64_t units) { return TrainingAmount{1, units}; };
  return costs;
}

/// Symbols drawn from the true distribution per second, and units counted.
MeasuredSpeeds categorical_speeds(const jobs::StudySpec& spec) {
  const auto sums = cumulated(true_distribution(categorical_options(spec)));
  const jobs::CounterRandom random({spec.study.seed, jobs::Purpose::synthetic_load, 0});
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double seconds = 0;
  std::uint64_t drawn = 0, sum = 0;
  for (constexpr std::uint64_t at_once = 1000; seconds < 0.1; drawn += at_once) {
    for (std::uint64_t i = 0; i < at_once; ++i) sum += symbol_at(sums, random.uniform(drawn, i));
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  const double speed = static_cast<double>(drawn) / seconds + static_cast<double>(sum % 2) * 1e-9;  // sum is used
  return {speed / categorical_options(spec).replicates, speed};
}

}  // namespace

GENLOSS_FAMILY(categorical) {
  register_options();
  FamilyType type;
  type.name = "categorical";
  type.help = "Frequencies of symbols, counted.";
  type.options = {"categorical", "sampling.temperature", "sampling.top_k", "sampling.top_p", "sampling.min_p"};
  type.check = check_categorical;
  type.values = "symbols";
  type.weighs_units = true;
  type.has_likelihood = true;
  type.data_sections = {"categorical"};
  type.records = categorical_records;
  type.make = [](const jobs::StudySpec& spec, Accelerator*, std::optional<storage::HumanData>) {
    return std::make_unique<CategoricalFamily>(spec);
  };
  type.costs = categorical_costs;
  type.measure_speeds = categorical_speeds;
  type.rough_work = [](const jobs::StudySpec& spec) {
    return RoughWork{static_cast<double>(spec.sampling.samples) * categorical_options(spec).replicates, 3e-8};
  };
  return type;
}

}  // namespace genloss::workers

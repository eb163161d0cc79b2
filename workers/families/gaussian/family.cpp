// The family `gaussian`, as it registers: options, checks, costs and speeds.

#include "jobs/error.hpp"
#include "jobs/option_builders.hpp"
#include "jobs/study_file.hpp"
#include "workers/families/family_type.hpp"
#include "workers/families/gaussian/gaussian_costs.hpp"
#include "workers/families/gaussian/gaussian_family.hpp"
#include "workers/families/gaussian/gaussian_measures.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<GaussianOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<GaussianOptions>(
      jobs::Section{"gaussian", "The closed-form family: a Gaussian fitted to its own samples."},
      {
          integer({"gaussian", "dimension", "", "Dimension of the Gaussian."}, FIELD(dimension), 1, 512),
          integer({"gaussian", "replicates", "", "Independent chains carried through the study at once."},
                  FIELD(replicates), 1),
          integer(
              {"gaussian", "ddof", "", "Covariance divides by N - ddof: 1 unbiased (CF1), 0 maximum likelihood (CF2)."},
              FIELD(ddof), 0, 1),
          number({"gaussian", "mean", "", "True mean of every coordinate."}, FIELD(mean), -unbounded, unbounded),
          number({"gaussian", "standard_deviation", "", "True standard deviation of every coordinate."},
                 FIELD(standard_deviation), 0, unbounded, Ends::open_low),
          number({"gaussian", "correlation", "", "True correlation of every pair of coordinates."}, FIELD(correlation),
                 0, 1, Ends::open_high),
          number({"gaussian", "sampling_bias", "",
                  "lambda: a model is sampled with lambda times its covariance, as by truncation or guidance (CF4)."},
                 FIELD(sampling_bias), 0, unbounded, Ends::open_low),
      });
}

void check_gaussian(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  const auto dimension = static_cast<std::uint64_t>(gaussian_options(spec).dimension);
  if (spec.sampling.samples > dimension) return;
  throw Error(ExitCode::usage, "check study", "sampling.samples, gaussian.dimension",
              std::to_string(spec.sampling.samples) + " samples cannot fit a covariance in " +
                  std::to_string(dimension) + " dimensions",
              "draw more samples than there are dimensions");
}

}  // namespace

GENLOSS_FAMILY(gaussian) {
  register_options();
  FamilyType type;
  type.name = "gaussian";
  type.help = "Gaussians, fitted in closed form.";
  type.options = {"gaussian"};
  type.check = check_gaussian;
  type.values = "reals";
  type.weighs_units = true;
  type.has_likelihood = true;
  type.data_sections = {"gaussian"};
  type.records = gaussian_records;
  type.make = [](const jobs::StudySpec& spec, Accelerator*, std::optional<storage::HumanData>) {
    return std::make_unique<GaussianFamily>(spec);
  };
  type.costs = gaussian_costs;
  type.measure_speeds = gaussian_speeds;
  type.rough_work = [](const jobs::StudySpec& spec) {
    const GaussianOptions& options = gaussian_options(spec);
    return RoughWork{static_cast<double>(spec.sampling.samples) * options.replicates * options.dimension, 1e-7};
  };
  return type;
}

}  // namespace genloss::workers

// The family `linear_regression`, as it registers.

#include <string>

#include "jobs/error.hpp"
#include "jobs/option_builders.hpp"
#include "workers/families/closed_form_type.hpp"
#include "workers/families/linear_regression/regression_kind.hpp"
#include "workers/families/linear_regression/regression_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<RegressionOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<RegressionOptions>(
      jobs::Section{"linear_regression", "Labels y = x w + noise on Gaussian rows x; a model labels the next rows."},
      {integer({"linear_regression", "dimension", "", "Length of a row x."}, FIELD(dimension), 1, 512),
       integer({"linear_regression", "replicates", "", "Independent chains carried through the study at once."},
               FIELD(replicates), 1),
       number({"linear_regression", "coefficient", "", "Every true coefficient."}, FIELD(coefficient), 0, unbounded,
              Ends::open_low),
       number({"linear_regression", "noise", "", "Standard deviation of the noise of human labels."}, FIELD(noise), 0,
              unbounded, Ends::open_low),
       number(
           {"linear_regression", "ridge", "", "Penalty on |w|^2 beside the sum of squared errors; 0: least squares."},
           FIELD(ridge), 0, unbounded),
       choice<Design>({"linear_regression", "design", "",
                       "Rows that a model labels: new ones, or those of the human data again (CF11)."},
                      FIELD(design), {{"fresh", Design::fresh}, {"same", Design::same}}),
       choice<LabelNoise>({"linear_regression", "label_noise", "",
                           "Noise of a model's labels: that of human ones, or what its fit leaves unexplained."},
                          FIELD(label_noise), {{"known", LabelNoise::known}, {"fitted", LabelNoise::fitted}})});
}

void check_regression(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  const RegressionOptions& options = regression_options(spec);
  const bool needs_all = options.ridge == 0 || options.label_noise == LabelNoise::fitted;
  if (!needs_all || spec.sampling.samples > static_cast<std::uint64_t>(options.dimension)) return;
  throw Error(ExitCode::usage, "check study", "sampling.samples, linear_regression.dimension",
              std::to_string(spec.sampling.samples) + " samples do not determine " + std::to_string(options.dimension) +
                  " coefficients",
              "draw more samples than there are dimensions, or set linear_regression.ridge");
}

ClosedFormSizes regression_sizes(const jobs::StudySpec& spec) {
  const RegressionOptions& options = regression_options(spec);
  const auto d = static_cast<std::uint64_t>(options.dimension);
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(options.replicates);
  sizes.sample_values = d + 1;
  sizes.parameters = d + 1;
  sizes.tables = 2;
  sizes.sums = {d * (d + 1) / 2 + d};
  if (options.label_noise == LabelNoise::fitted) sizes.sums.push_back(2);
  sizes.fitting_flops = static_cast<double>(d * d + 6 * d);
  sizes.sampling_flops = 42.0 * static_cast<double>(d + 1);  // normal numbers
  sizes.measuring_flops = static_cast<double>(4 * d);
  sizes.model_measures = 7;
  return sizes;
}

}  // namespace

GENLOSS_FAMILY(linear_regression) {
  register_options();
  FamilyType type = closed_form_type<RegressionKind>(regression_sizes);
  type.name = "linear_regression";
  type.help = "Linear regression by least squares or ridge, fitted in closed form.";
  type.check = check_regression;
  return type;
}

#undef FIELD

}  // namespace genloss::workers

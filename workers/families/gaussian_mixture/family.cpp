// The family `gaussian_mixture`, as it registers.

#include <string>

#include "jobs/error.hpp"
#include "jobs/option_builders.hpp"
#include "workers/families/closed_form_type.hpp"
#include "workers/families/gaussian_mixture/mixture_kind.hpp"
#include "workers/families/gaussian_mixture/mixture_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<MixtureOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<MixtureOptions>(
      jobs::Section{"gaussian_mixture", "Mixtures of Gaussians with full covariances, by expectation maximisation."},
      {integer({"gaussian_mixture", "dimension", "", "Dimension of a sample."}, FIELD(dimension), 1, 128),
       integer({"gaussian_mixture", "components", "", "Components that are fitted."}, FIELD(components), 1, 256),
       integer({"gaussian_mixture", "replicates", "", "Independent chains carried through the study at once."},
               FIELD(replicates), 1),
       integer({"gaussian_mixture", "true_components", "", "Components of the truth, of equal weight, in a row."},
               FIELD(true_components), 1, 256),
       number({"gaussian_mixture", "separation", "", "Distance of neighbours in that row."}, FIELD(separation), 0,
              unbounded),
       number({"gaussian_mixture", "standard_deviation", "", "Of every coordinate of a true component."},
              FIELD(standard_deviation), 0, unbounded, Ends::open_low),
       number({"gaussian_mixture", "tolerance", "nats",
               "A fit has converged when the mean log-likelihood gains less than this in a step."},
              FIELD(tolerance), 0, unbounded),
       integer({"gaussian_mixture", "iterations", "", "Steps of a fit at most."}, FIELD(iterations), 1, 1'000'000),
       integer({"gaussian_mixture", "starts", "", "Starts of a fit, of which the likeliest counts."}, FIELD(starts), 1,
               1000),
       number({"gaussian_mixture", "variance_floor", "squared units", "Added to the diagonal of every covariance."},
              FIELD(variance_floor), 0, unbounded)});
}

void check_mixture(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  const MixtureOptions& options = mixture_options(spec);
  const auto needed = static_cast<std::uint64_t>(options.components) * static_cast<std::uint64_t>(options.dimension);
  if (spec.sampling.samples > needed) return;
  throw Error(ExitCode::usage, "check study",
              "sampling.samples, gaussian_mixture.components, gaussian_mixture.dimension",
              std::to_string(spec.sampling.samples) + " samples cannot fit " + std::to_string(options.components) +
                  " covariances in " + std::to_string(options.dimension) + " dimensions",
              "draw more than components x dimension samples");
}

/// How many steps a fit takes depends on the data; this many are usual.
constexpr double usual_steps = 40;

ClosedFormSizes mixture_sizes(const jobs::StudySpec& spec) {
  const MixtureOptions& options = mixture_options(spec);
  const auto d = static_cast<std::uint64_t>(options.dimension), k = static_cast<std::uint64_t>(options.components);
  const double step = static_cast<double>(k) * static_cast<double>(2 * d * d + 6 * d + 40);
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(options.replicates);
  sizes.sample_values = d;
  sizes.parameters = k * (1 + d + d * d) + 3;
  sizes.tables = 4;
  sizes.drawer_reals = sizes.parameters;
  sizes.fitting_flops = usual_steps * options.starts * step;
  sizes.sampling_flops = 42.0 * static_cast<double>(d) + static_cast<double>(d * d) + 20;
  sizes.model_measures = 11;
  return sizes;
}

}  // namespace

GENLOSS_FAMILY(gaussian_mixture) {
  register_options();
  FamilyType type = closed_form_type<MixtureKind>(mixture_sizes);
  type.name = "gaussian_mixture";
  type.help = "Mixtures of Gaussians, fitted by expectation maximisation.";
  type.check = check_mixture;
  return type;
}

#undef FIELD

}  // namespace genloss::workers

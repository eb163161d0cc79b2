// The family `kernel_density`, as it registers.

#include <string>

#include "jobs/error.hpp"
#include "jobs/option_builders.hpp"
#include "workers/families/closed_form_type.hpp"
#include "workers/families/kernel_density/kernel_kind.hpp"
#include "workers/families/kernel_density/kernel_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<KernelOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<KernelOptions>(
      jobs::Section{"kernel_density", "Kernel densities: samples, each of them blurred."},
      {integer({"kernel_density", "dimension", "", "Dimension of a point."}, FIELD(dimension), 1, 64),
       integer({"kernel_density", "replicates", "", "Independent chains carried through the study at once."},
               FIELD(replicates), 1),
       choice<Kernel>({"kernel_density", "kernel", "", "Normal, or even in a ball."}, FIELD(kernel),
                      {{"normal", Kernel::gaussian}, {"tophat", Kernel::tophat}}),
       choice<Bandwidth>(
           {"kernel_density", "bandwidth", "",
            "Its width: fixed, or the standard deviation of each coordinate by the rule of Scott or "
            "Silverman."},
           FIELD(bandwidth),
           {{"fixed", Bandwidth::fixed}, {"scott", Bandwidth::scott}, {"silverman", Bandwidth::silverman}}),
       number({"kernel_density", "width", "units", "The fixed width."}, FIELD(width), 0, unbounded, Ends::open_low),
       choice<PointShape>({"kernel_density", "distribution", "",
                           "What stands for human data: a Gaussian blob, two rings or two moons (in 2 dimensions)."},
                          FIELD(shape),
                          {{"blob", PointShape::blob}, {"rings", PointShape::rings}, {"moons", PointShape::moons}}),
       number({"kernel_density", "standard_deviation", "units", "Of a blob; the size of rings and moons."},
              FIELD(standard_deviation), 0, unbounded, Ends::open_low),
       number({"kernel_density", "scatter", "units", "Standard deviation of points around rings and moons."},
              FIELD(scatter), 0, unbounded),
       integer({"kernel_density", "test_points", "", "Human points of each chain that its density is judged by."},
               FIELD(test_points), 1, 1'000'000)});
}

void check_kernels(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  const KernelOptions& options = kernel_options(spec);
  if (options.shape != PointShape::blob && options.dimension != 2) {
    throw Error(ExitCode::usage, "check study", "kernel_density.distribution, kernel_density.dimension",
                "rings and moons lie in 2 dimensions, not in " + std::to_string(options.dimension),
                "set kernel_density.dimension = 2");
  }
  if (options.bandwidth == Bandwidth::fixed || spec.sampling.samples > 1) return;
  throw Error(ExitCode::usage, "check study", "sampling.samples, kernel_density.bandwidth",
              "a single sample has no spread to take a bandwidth from",
              "draw more samples, or set kernel_density.bandwidth = fixed");
}

ClosedFormSizes kernel_sizes(const jobs::StudySpec& spec) {
  const KernelOptions& options = kernel_options(spec);
  const auto d = static_cast<std::uint64_t>(options.dimension);
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(options.replicates);
  sizes.sample_values = d;
  sizes.parameters = d;
  sizes.tables = 2;
  sizes.kept_parameters = d;
  sizes.fitting_flops = static_cast<double>(8 * d);
  sizes.sampling_flops = 42.0 * static_cast<double>(d) + 20;
  sizes.measuring_flops = options.test_points * static_cast<double>(3 * d + 12);  // an exponential
  sizes.model_measures = 7;
  return sizes;
}

}  // namespace

GENLOSS_FAMILY(kernel_density) {
  register_options();
  FamilyType type = closed_form_type<KernelKind>(kernel_sizes);
  type.name = "kernel_density";
  type.help = "Kernel densities over samples.";
  type.check = check_kernels;
  type.weighs_units = false;
  return type;
}

#undef FIELD

}  // namespace genloss::workers

// The family `poisson`, as it registers.

#include <cmath>

#include "jobs/option_builders.hpp"
#include "workers/families/closed_form_type.hpp"
#include "workers/families/poisson/poisson_kind.hpp"
#include "workers/families/poisson/poisson_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<PoissonOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<PoissonOptions>(
      jobs::Section{"poisson", "Counts: the rate of a Poisson distribution, fitted to what was drawn."},
      {integer({"poisson", "replicates", "", "Independent chains carried through the study at once."},
               FIELD(replicates), 1),
       number({"poisson", "rate", "counts", "True rate."}, FIELD(rate), 0, 1e6, Ends::open_low)});
}

/// A uniform number and its search in a table that is some 20 standard deviations wide.
ClosedFormSizes poisson_sizes(const jobs::StudySpec& spec) {
  const PoissonOptions& options = poisson_options(spec);
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(options.replicates);
  sizes.value_bytes = sizeof(std::uint32_t);
  sizes.sums = {1};
  const double table = 25 + 20 * std::sqrt(options.rate);
  sizes.drawer_reals = static_cast<std::uint64_t>(table);
  sizes.fitting_flops = 2;
  sizes.sampling_flops = 20 + 2 * std::log2(table);
  sizes.corpus_sums = 2;
  sizes.model_measures = 5;
  sizes.corpus_measures = 2;
  return sizes;
}

}  // namespace

GENLOSS_FAMILY(poisson) {
  register_options();
  FamilyType type = closed_form_type<PoissonKind>(poisson_sizes);
  type.name = "poisson";
  type.help = "Rates of Poisson counts, fitted in closed form.";
  type.values = "counts";
  return type;
}

#undef FIELD

}  // namespace genloss::workers

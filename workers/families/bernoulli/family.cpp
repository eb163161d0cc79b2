// The family `bernoulli`, as it registers.

#include "jobs/option_builders.hpp"
#include "workers/families/bernoulli/bernoulli_kind.hpp"
#include "workers/families/bernoulli/bernoulli_options.hpp"
#include "workers/families/closed_form_type.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<BernoulliOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<BernoulliOptions>(
      jobs::Section{"bernoulli", "Coins: the probability of a one, fitted to what was drawn."},
      {integer({"bernoulli", "replicates", "", "Independent chains carried through the study at once."},
               FIELD(replicates), 1),
       number({"bernoulli", "probability", "", "True probability of a one."}, FIELD(probability), 0, 1, Ends::open)});
}

/// A draw is one uniform number.
ClosedFormSizes bernoulli_sizes(const jobs::StudySpec& spec) {
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(bernoulli_options(spec).replicates);
  sizes.value_bytes = sizeof(std::uint8_t);
  sizes.sums = {2};
  sizes.drawer_reals = 1;
  sizes.sampling_flops = 20;
  sizes.model_measures = 6;
  return sizes;
}

}  // namespace

GENLOSS_FAMILY(bernoulli) {
  register_options();
  FamilyType type = closed_form_type<BernoulliKind>(bernoulli_sizes);
  type.name = "bernoulli";
  type.help = "Probabilities of coins, fitted in closed form.";
  type.values = "symbols";
  return type;
}

#undef FIELD

}  // namespace genloss::workers

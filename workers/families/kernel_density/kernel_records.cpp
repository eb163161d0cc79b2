// What the measures of kernel densities are.

#include "workers/families/chain_numbers.hpp"
#include "workers/families/kernel_density/kernel_kind.hpp"

namespace genloss::workers {

const std::vector<Record>& KernelKind::model_records() {
  static const std::vector<Record> records{
      {.name = "negative_log_likelihood",
       .label = "NLL of human points",
       .unit = "nats",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition =
           "minus the log density at human test points, mean over points and chains alive (a tophat's chains: "
           "those that cover all points)",
       .source = "Kazdan et al. 2024",
       .resampled = "chain",
       .rise = "human points are predicted worse",
       .fall = "human points are predicted better",
       .legend = "minus the log density at human test points",
       .of_rise = Sign::forgetting},
      {.name = "variance",
       .label = "variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "variance of the density, mean over coordinates and chains",
       .source = "of the points, and of the kernel: v' = (1 - 1/M) v + h^2 a generation under replacement",
       .resampled = "chain",
       .rise = "chains spread",
       .fall = "chains narrow",
       .legend = "mean over chains of the variance of the density",
       .decimals = 4},
      {.name = "mean_squared_error",
       .label = "mean error^2",
       .unit = "squared units",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "squared distance of the density's mean from the true one, mean over chains",
       .source = "sum of variance / M over generations, under replacement",
       .resampled = "chain",
       .rise = "means wander off",
       .fall = "means come closer to the truth",
       .legend = "squared distance of the mean from the truth",
       .decimals = 4,
       .of_rise = Sign::forgetting},
      {.name = "bandwidth",
       .label = "bandwidth",
       .unit = "units",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "width of the kernel, mean over coordinates and chains",
       .source = "Scott 1992; Silverman 1986",
       .resampled = "chain",
       .rise = "kernels widen",
       .fall = "kernels narrow",
       .legend = "width of the kernel",
       .decimals = 4}};
  return records;
}

const std::vector<Record>& KernelKind::corpus_records() {
  static const std::vector<Record> records{
      {.name = "marginal_variance",
       .label = "marginal variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_corpus,
       .definition = "variance of what was drawn around the true mean, over chains and within them",
       .source = "grows by the variance of the kernel each generation, under replacement",
       .resampled = "chain",
       .rise = "draws of all chains together spread",
       .fall = "draws of all chains together narrow",
       .legend = "variance of all draws around the true mean",
       .decimals = 4,
       .of_rise = Sign::noise}};
  return records;
}

const std::vector<Record>& KernelKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains whose density has a width in every direction", "state after the fit",
                       Sign::repeating),
      ended_record("chains_collapsed", "chains collapsed",
                   "share of the chains whose points coincide, but for rounding", Sign::repeating),
      ended_record("chains_not_finite", "chains not finite", "share of the chains whose points have overflowed",
                   Sign::noise)};
  return records;
}

}  // namespace genloss::workers

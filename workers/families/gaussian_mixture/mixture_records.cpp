// What the measures of mixtures of Gaussians are.

#include "workers/families/chain_numbers.hpp"
#include "workers/families/gaussian_mixture/mixture_kind.hpp"

namespace genloss::workers {

const std::vector<Record>& MixtureKind::model_records() {
  static const std::vector<Record> records{
      {.name = "variance",
       .label = "variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "trace of the covariance of the whole mixture over the dimension, mean over chains",
       .source = "maximum likelihood keeps it at that of the samples, so (1 - 1/M)^n under replacement; CF2",
       .resampled = "chain",
       .rise = "chains spread",
       .fall = "chains narrow",
       .legend = "mean over chains of the variance of the mixture",
       .decimals = 4,
       .of_fall = Sign::narrowing},
      {.name = "mean_squared_error",
       .label = "mean error^2",
       .unit = "squared units",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "squared distance of the mixture's mean from the true one, mean over chains",
       .source = "Shumailov et al. 2024; CF2",
       .resampled = "chain",
       .rise = "means wander off",
       .fall = "means come closer to the truth",
       .legend = "squared distance of the mean from the truth",
       .decimals = 4,
       .of_rise = Sign::forgetting},
      {.name = "component_deviation",
       .label = "component sd",
       .unit = "units",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "square root of trace over dimension of a component's covariance, weighted over components, mean "
                     "over chains",
       .source = "Shumailov et al. 2024, released run: .90 to .01 in 2050 generations",
       .resampled = "chain",
       .rise = "components spread",
       .fall = "components narrow",
       .legend = "standard deviation inside components",
       .decimals = 4,
       .of_fall = Sign::narrowing},
      {.name = "component_heterozygosity",
       .label = "component variety",
       .unit = "share",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "probability that two draws are of different components, 1 - sum w^2, mean over chains",
       .source = "Simpson 1949; of components far apart (1 - 1/M)^n of the first, CF12",
       .resampled = "chain",
       .rise = "components become more equal",
       .fall = "components take over",
       .legend = "probability that two draws are of different components",
       .decimals = 4,
       .of_fall = Sign::tails},
      {.name = "density_distance",
       .label = "L2^2 to truth",
       .unit = "density",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "integral of the squared difference of fitted and true density, mean over chains alive",
       .source = "Shumailov et al. 2024; closed form of products of Gaussians",
       .resampled = "chain",
       .rise = "models leave the truth",
       .fall = "models come closer to the truth",
       .legend = "squared L2 distance from the true density",
       .decimals = 4,
       .of_rise = Sign::forgetting},
      {.name = "iterations",
       .label = "steps of the fit",
       .unit = "steps",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "steps of expectation maximisation until the fit ended, mean over chains",
       .source = "Dempster, Laird & Rubin 1977",
       .resampled = "chain",
       .rise = "components are harder to tell apart",
       .fall = "components are easier to tell apart",
       .legend = "steps of expectation maximisation",
       .decimals = 1,
       .in_table = false},
      {.name = "converged",
       .label = "fits converged",
       .unit = "share",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "share of the chains whose fit gained less than the tolerance before the cap, mean over chains",
       .source = "gaussian mixture options tolerance and iterations",
       .resampled = "chain",
       .rise = "more fits converge",
       .fall = "fewer fits converge",
       .legend = "share of fits that converged",
       .in_table = false}};
  return records;
}

const std::vector<Record>& MixtureKind::corpus_records() {
  static const std::vector<Record> records{
      {.name = "marginal_variance",
       .label = "marginal variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_corpus,
       .definition = "variance of what was drawn around the true mean, over chains and within them",
       .source = "CF2: constant in expectation under replacement",
       .resampled = "chain",
       .rise = "draws of all chains together spread",
       .fall = "draws of all chains together narrow",
       .legend = "variance of all draws around the true mean",
       .decimals = 4}};
  return records;
}

const std::vector<Record>& MixtureKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains whose components all have a weight and an extent", "state after the fit",
                       Sign::tails),
      ended_record("chains_component_died", "chains short of one",
                   "share of the chains of which a component has less than the weight of a sample", Sign::tails),
      ended_record("chains_singular", "chains singular",
                   "share of the chains of which a component has no extent in some direction", Sign::narrowing),
      ended_record("chains_not_finite", "chains not finite", "share of the chains whose samples have overflowed",
                   Sign::noise)};
  return records;
}

}  // namespace genloss::workers

#include "jobs/study_spec.hpp"

namespace genloss::jobs {
namespace {

template <class T>
void take(const FromGeneration<T>& later, int generation, T& value) {
  for (const auto& [from, then] : later) {
    if (from <= generation) value = then;
  }
}

}  // namespace

TrainingSection TrainingSection::of(int generation) const {
  TrainingSection one = *this;
  take(later_budgets, generation, one.budget);
  take(later_learning_rates, generation, one.learning_rate);
  take(later_extrapolations, generation, one.extrapolation);
  if (generation == 0 && init != Initialisation::base) one.extrapolation = 0;  // there is nothing to go away from
  one.later_budgets.clear();
  one.later_learning_rates.clear();
  one.later_extrapolations.clear();
  return one;
}

bool TrainingSection::follows_model_before(int generation) const {
  if (generation == 0 || init == Initialisation::base) return false;
  return init == Initialisation::previous || of(generation).extrapolation > 0;
}

PolicySection PolicySection::of(int generation) const {
  PolicySection one = *this;
  take(later_names, generation, one.name);
  take(later_terms, generation, one.terms);
  take(later_selects, generation, one.select);
  take(later_human_fractions, generation, one.human_fraction);
  take(later_human_weights, generation, one.human_weight);
  take(later_synthetic_ratios, generation, one.synthetic_ratio);
  one.later_names.clear();
  one.later_terms.clear();
  one.later_selects.clear();
  one.later_human_fractions.clear();
  one.later_human_weights.clear();
  one.later_synthetic_ratios.clear();
  return one;
}

StudySpec StudySpec::of(int generation) const {
  StudySpec now = *this;
  now.training = training.of(generation);
  now.policy = policy.of(generation);
  if (sampling.tokens > 0) now.sampling.samples = SamplingSection{}.samples;
  return now;
}

}  // namespace genloss::jobs

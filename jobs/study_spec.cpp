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
  one.later_budgets.clear();
  one.later_learning_rates.clear();
  return one;
}

StudySpec StudySpec::of(int generation) const {
  StudySpec now = *this;
  now.training = training.of(generation);
  if (sampling.tokens > 0) now.sampling.samples = SamplingSection{}.samples;
  return now;
}

}  // namespace genloss::jobs

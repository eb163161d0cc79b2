#include "orchestrator/plan/rates.hpp"

#include "workers/families/family_type.hpp"

namespace genloss::orchestrator::plan {
namespace {

const char* const here = "measured on this machine just now, with the study's own shape";

}  // namespace

Rates find_rates(const jobs::StudySpec& spec, const RatesGiven& given) {
  Rates rates;
  const bool measurable = spec.runtime.device == jobs::DeviceKind::cpu;
  if (given.training) {
    rates.training = *given.training;
    rates.training_from = "given";
  }
  if (given.sampling) {
    rates.sampling = *given.sampling;
    rates.sampling_from = "given";
  }
  if (measurable && (!given.training || !given.sampling)) {
    const workers::MeasuredSpeeds measured = workers::family_type(spec).measure_speeds(spec);
    if (!given.training) rates.training = measured.training;
    if (!given.sampling) rates.sampling = measured.sampling;
  }
  if (!given.training) rates.training_from = measurable ? here : "not known: give --tokens-per-second-train";
  if (!given.sampling) rates.sampling_from = measurable ? here : "not known: give --tokens-per-second-sample";
  rates.scoring = 2 * rates.training;  // a forward pass is a third of a step's work, by slower code
  return rates;
}

}  // namespace genloss::orchestrator::plan

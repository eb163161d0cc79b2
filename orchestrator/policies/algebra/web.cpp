#include "orchestrator/policies/algebra/web.hpp"

#include "jobs/option_builders.hpp"

namespace genloss::orchestrator {
namespace {

using jobs::builders::number;
using jobs::builders::number_by_generation;

auto field(double WebSection::*value) {
  return [value](jobs::StudySpec & spec) -> auto& { return spec.parts.of<WebSection>().*value; };
}
auto later(jobs::FromGeneration<double> WebSection::*values) {
  return [values](jobs::StudySpec & spec) -> auto& { return spec.parts.of<WebSection>().*values; };
}

std::vector<jobs::Option> web_options() {
  return {
      number_by_generation(number({"web", "synthetic_share", "share",
                                   "Share of earlier models' text in what is found on the web. By generation: "
                                   "'0:0.1..10:0.6' grows."},
                                  field(&WebSection::synthetic_share), 0, 1),
                           field(&WebSection::synthetic_share), later(&WebSection::later_synthetic_shares)),
      number_by_generation(number({"web", "labelled", "share",
                                   "Share of that text which still says that it is synthetic; of the rest the label "
                                   "is lost."},
                                  field(&WebSection::labelled), 0, 1),
                           field(&WebSection::labelled), later(&WebSection::later_labelled)),
  };
}

const bool registered = [] {
  jobs::add<WebSection>({"web", "The open web: text of unknown origin that policies may draw on."}, web_options());
  return true;
}();

double at(const jobs::FromGeneration<double>& later, int generation, double value) {
  for (const auto& [from, then] : later) {
    if (from <= generation) value = then;
  }
  return value;
}

}  // namespace

WebSection WebSection::of(int generation) const {
  return {at(later_synthetic_shares, generation, synthetic_share), at(later_labelled, generation, labelled), {}, {}};
}

double WebSection::synthetic_in(bool without_labelled) const noexcept {
  if (!without_labelled) return synthetic_share;
  const double unlabelled = synthetic_share * (1 - labelled), all = 1 - synthetic_share * labelled;
  return all > 0 ? unlabelled / all : 0;  // nothing is left of a web that is synthetic and says so
}

}  // namespace genloss::orchestrator

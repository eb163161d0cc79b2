#pragma once
// What a family of closed forms registers, from its mathematics and a few sizes.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "jobs/study_file.hpp"
#include "workers/families/closed_form_costs.hpp"
#include "workers/families/closed_form_family.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::workers {

/// Values drawn from the truth of a study per second, and samples fitted.
template <class Kind>
[[nodiscard]] MeasuredSpeeds closed_form_speeds(const jobs::StudySpec& spec, const ClosedFormSizes& sizes) {
  const Kind kind(spec);
  const auto truth = kind.truth();
  const jobs::CounterRandom random({spec.study.seed, jobs::Purpose::synthetic_load, 0});
  std::vector<typename Kind::Value> sample(kind.sample_values());
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double seconds = 0;
  std::uint64_t drawn = 0;
  for (constexpr std::uint64_t at_once = 100; seconds < 0.1; drawn += at_once) {
    for (std::uint64_t i = 0; i < at_once; ++i) truth.draw(random, drawn, i % kind.replicates(), sample);
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  const double samples = static_cast<double>(drawn) / seconds / static_cast<double>(kind.replicates());
  // A rank of today does some 1e9 sums and products a second in these loops, and reads about as fast as it draws.
  const double fitting = sizes.fitting_flops * static_cast<double>(kind.replicates()) / 1e9;
  return {1 / (1 / samples + fitting), samples * static_cast<double>(kind.replicates() * kind.sample_values())};
}

/// All but name, help and check.
/// @param sizes_of what a study of it costs (closed_form_costs.hpp)
template <class Kind>
[[nodiscard]] FamilyType closed_form_type(ClosedFormSizes (*sizes_of)(const jobs::StudySpec&)) {
  FamilyType type;
  type.options = {std::string(Kind::section)};
  type.check = jobs::check_closed_form;
  type.values = "reals";
  type.weighs_units = true;
  type.data_sections = {Kind::section};
  type.records = []() -> const std::vector<Record>& {
    static const std::vector<Record> all = [] {
      std::vector<Record> records = Kind::model_records();
      for (const auto* more : {&Kind::corpus_records(), &Kind::state_records()}) {
        records.insert(records.end(), more->begin(), more->end());
      }
      return records;
    }();
    return all;
  };
  type.make = [](const jobs::StudySpec& spec, Accelerator*, std::optional<storage::HumanData>) {
    return std::make_unique<ClosedFormFamily<Kind>>(spec);
  };
  type.costs = [sizes_of](const jobs::StudySpec& spec, int ranks) {
    return closed_form_costs(spec, ranks, sizes_of(spec));
  };
  if constexpr (requires { typename Kind::Truth; }) {
    type.measure_speeds = [sizes_of](const jobs::StudySpec& spec) {
      return closed_form_speeds<Kind>(spec, sizes_of(spec));
    };
  }
  type.rough_work = [sizes_of](const jobs::StudySpec& spec) {
    const ClosedFormSizes sizes = sizes_of(spec);
    const double drawn = static_cast<double>(spec.sampling.samples) * static_cast<double>(sizes.replicates);
    return RoughWork{drawn * static_cast<double>(sizes.sample_values),
                     1e-8 + sizes.sampling_flops * 1e-9 / static_cast<double>(sizes.sample_values)};
  };
  return type;
}

}  // namespace genloss::workers

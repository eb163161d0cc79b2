#pragma once
// What a family of closed forms costs, from a few sizes of one chain.

#include <cstdint>
#include <functional>
#include <vector>

#include "jobs/study_spec.hpp"
#include "workers/costs/model_costs.hpp"

namespace genloss::workers {

struct ClosedFormSizes {
  std::uint64_t replicates = 1;
  std::uint64_t sample_values = 1;             ///< of a sample in one chain
  std::uint64_t value_bytes = sizeof(double);  ///< of one of them
  std::uint64_t parameters = 1;                ///< reals that a model has of a chain
  std::uint64_t tables = 1;                    ///< that they are in
  std::vector<std::uint64_t> sums{};  ///< of each pass of the fit, per chain; none: chains are fitted one by one
  std::uint64_t drawer_reals = 0;     ///< more of a chain in memory while it is drawn from
  double fitting_flops = 1;           ///< per sample of a chain
  double sampling_flops = 1;
  double measuring_flops = 1;
  std::uint64_t corpus_sums = 1;  ///< of a chain
  std::uint64_t model_measures = 1, corpus_measures = 1;
  std::uint64_t kept_parameters = 0;  ///< more reals of a chain for each sample, where a model keeps its mix
};

[[nodiscard]] ModelCosts closed_form_costs(const jobs::StudySpec& spec, int ranks, const ClosedFormSizes& sizes);

}  // namespace genloss::workers

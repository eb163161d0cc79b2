#include "slurm/allocation.hpp"
#include "jobs/numbers.hpp"

#include "jobs/error.hpp"
#include "orchestrator/attempt/allocation_end.hpp"
#include "orchestrator/doctor/checks.hpp"

namespace genloss::orchestrator::doctor {

Diagnostics check_allocation(const Site& site) {
  const slurm::Allocation allocation = slurm::current_allocation();
  if (allocation.job.empty()) return {ok("allocation", "not inside a Slurm job")};
  Diagnostics findings{ok(
      "allocation", "Slurm job " + allocation.job + ", restarted " + std::to_string(allocation.restarts) + " times")};
  try {
    slurm::check_world_size(allocation, site.ranks().size());
  } catch (const Error& e) {
    findings.push_back(failed("allocation", e.cause(), e.hint()));
  }
  return findings;
}

}  // namespace genloss::orchestrator::doctor

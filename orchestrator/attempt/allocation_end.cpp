#include "orchestrator/attempt/allocation_end.hpp"

#include "orchestrator/attempt/time_budget.hpp"
#include "slurm/time_left.hpp"

namespace genloss::orchestrator {
namespace {

std::optional<double> end;  // on steady_seconds(); written once, before any thread

}  // namespace

void ask_allocation_end() {
  const slurm::Allocation allocation = slurm::current_allocation();
  if (!slurm::starts_as_first_rank()) return;
  if (const auto left = slurm::time_left(allocation)) {
    end = steady_seconds() + static_cast<double>(left->count());
  }
}

std::optional<double> seconds_left() {
  if (!end) return std::nullopt;
  return *end - steady_seconds();
}

}  // namespace genloss::orchestrator

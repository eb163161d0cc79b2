#include "slurm/time_left.hpp"

#include "slurm/duration.hpp"
#include "slurm/environment.hpp"
#include "slurm/tool.hpp"

namespace genloss::slurm {
namespace {

std::optional<std::chrono::seconds> from_environment() {
  const auto end = whole_number<long>(variable("SLURM_JOB_END_TIME"));
  if (!end || *end <= 0) return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::seconds(*end) - std::chrono::duration_cast<std::chrono::seconds>(now);
}

}  // namespace

std::optional<std::chrono::seconds> time_left(const Allocation& allocation, std::chrono::milliseconds timeout) {
  if (allocation.job.empty()) return std::nullopt;
  if (const auto known = from_environment()) return known;
  const ToolOutcome answer = run_tool({"squeue", "-h", "-j", allocation.job, "-o", "%L"}, timeout);
  if (!answer.good()) return std::nullopt;
  const auto left = parse_duration(answer.output);
  return left == unlimited ? std::nullopt : left;
}

}  // namespace genloss::slurm

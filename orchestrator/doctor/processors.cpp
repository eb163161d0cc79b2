#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "jobs/numbers.hpp"
#include "orchestrator/doctor/checks.hpp"
#include "workers/training/gemm_peak.hpp"

namespace genloss::orchestrator::doctor {
namespace {

/// A rank below this share of the usual speed holds up every step.
constexpr double slow = 0.7;

int cores_allowed() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

double memory_bytes() {
  std::ifstream in("/proc/meminfo");
  std::string key;
  double kib = 0;
  for (std::string line; in >> key >> kib && std::getline(in, line);) {
    if (key == "MemTotal:") return kib * 1024;
  }
  return 0;
}

std::string threads_text(int n) { return std::to_string(n) + (n == 1 ? " thread" : " threads"); }

Diagnostics check_binding(const Site& site, const std::vector<double>& cores) {
  const int threads = site.runtime().threads;
  for (int rank = 0; rank < site.ranks().size(); ++rank) {
    const int allowed = static_cast<int>(cores[static_cast<std::size_t>(rank)]);
    if (allowed < threads) {
      return {warning("processors",
                      site.name(rank) + " may use " + std::to_string(allowed) + " of the " + threads_text(threads) +
                          "' cores it wants",
                      "let the launcher give each rank its cores: mpirun --bind-to none, or srun --cpus-per-task=" +
                          std::to_string(threads))};
    }
  }
  return {};
}

Diagnostics check_load(const Site& site, const std::vector<double>& online) {
  const int threads = site.runtime().threads;
  for (std::size_t host = 0; host < site.hosts().size(); ++host) {
    const int wanted = site.ranks_on(static_cast<int>(host)) * threads;
    const int there = static_cast<int>(online[static_cast<std::size_t>(site.leader(static_cast<int>(host)))]);
    if (wanted > there) {
      return {warning(
          "processors",
          site.hosts()[host] + " has " + std::to_string(there) + " cores for " + std::to_string(wanted) + " threads",
          "start fewer ranks per host, or lower runtime.threads")};
    }
  }
  return {};
}

}  // namespace

Diagnostics check_processors(const Site& site) {
  const auto cores = site.all(cores_allowed(), "cores");
  const auto online = site.all(static_cast<double>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))), "cores of hosts");
  const auto memory = site.all(memory_bytes(), "memory of hosts");
  const auto speeds = site.all(workers::gemm_peak() / 1e9, "speed of matrix products");
  const auto slowest = static_cast<int>(std::min_element(speeds.begin(), speeds.end()) - speeds.begin());
  const double lowest = speeds[static_cast<std::size_t>(slowest)], usual = median(speeds);

  const int threads = site.runtime().threads;
  Diagnostics findings{ok(
      "processors", threads_text(threads) + " per rank; cores a rank may use: " +
                        fixed_text(*std::min_element(cores.begin(), cores.end()), 0) + " to " +
                        fixed_text(*std::max_element(cores.begin(), cores.end()), 0) + "; memory of a host: at least " +
                        bytes_text(static_cast<std::uint64_t>(*std::min_element(memory.begin(), memory.end()))))};
  for (const Diagnostics& more : {check_binding(site, cores), check_load(site, online)})
    findings.insert(findings.end(), more.begin(), more.end());
  const std::string speed_text = "float matrix products: median " + fixed_text(usual, 1) + " GFLOP/s, slowest " +
                                 site.name(slowest) + " with " + fixed_text(lowest, 1) + " GFLOP/s";
  findings.push_back(lowest >= slow * usual
                         ? ok("processors", speed_text)
                         : warning("processors", speed_text,
                                   "every step waits for it: look for other work on that host, or leave it out"));
  return findings;
}

}  // namespace genloss::orchestrator::doctor

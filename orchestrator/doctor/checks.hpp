#pragma once
// What the doctor looks at. Every check is called on all ranks together; what it finds counts on rank 0.

#include <array>

#include "orchestrator/doctor/site.hpp"
#include "orchestrator/report/diagnostic.hpp"

namespace genloss::orchestrator::doctor {

using diagnostic::failed;
using diagnostic::ok;
using diagnostic::warning;

/// Of genloss and the libraries it stands on; that they are the same on all ranks.
[[nodiscard]] Diagnostics check_versions(const Site& site);
/// That a new run would have one numerics key on all ranks.
[[nodiscard]] Diagnostics check_numerics(const Site& site);
/// Which rank is where.
[[nodiscard]] Diagnostics check_hosts(const Site& site);
/// What the batch system gave, and that the ranks are one job.
[[nodiscard]] Diagnostics check_allocation(const Site& site);
/// Threads against cores and binding, and the slowest rank's matrix products.
[[nodiscard]] Diagnostics check_processors(const Site& site);
/// GPUs and their libraries.
[[nodiscard]] Diagnostics check_devices(const Site& site);
/// Transports, and a collective over each pair of hosts: latency and bandwidth.
[[nodiscard]] Diagnostics check_network(const Site& site);
/// Of runtime.runs: that all hosts see one folder, locks, renames and HDF5 work there, speed and space.
[[nodiscard]] Diagnostics check_disk(const Site& site);
/// That hosts agree on the time of day: for logs and `genloss status`; results do not depend on it.
[[nodiscard]] Diagnostics check_clocks(const Site& site);

inline constexpr std::array all_checks{check_versions, check_numerics, check_hosts, check_allocation, check_processors,
                                       check_devices,  check_network,  check_disk,  check_clocks};

}  // namespace genloss::orchestrator::doctor

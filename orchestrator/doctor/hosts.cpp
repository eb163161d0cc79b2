#include <algorithm>

#include "comms/rank_list.hpp"
#include "orchestrator/doctor/checks.hpp"

namespace genloss::orchestrator::doctor {
namespace {

constexpr int lines_shown = 16;

std::string count(int n, const std::string& one) { return std::to_string(n) + " " + one + (n == 1 ? "" : "s"); }

}  // namespace

Diagnostics check_hosts(const Site& site) {
  const int hosts = static_cast<int>(site.hosts().size());
  Diagnostics findings{ok("hosts", count(site.ranks().size(), "rank") + " on " + count(hosts, "host"))};
  for (int host = 0; host < std::min(hosts, lines_shown); ++host) {
    std::vector<int> ranks;
    for (int rank = 0; rank < site.ranks().size(); ++rank) {
      if (site.host_of(rank) == host) ranks.push_back(rank);
    }
    findings.push_back(ok("hosts", site.hosts()[static_cast<std::size_t>(host)] + ": " + comms::name_ranks(ranks, {})));
  }
  if (hosts > lines_shown) findings.push_back(ok("hosts", "and " + count(hosts - lines_shown, "host") + " more"));
  int least = site.ranks_on(0), most = least;
  for (int host = 1; host < hosts; ++host) {
    least = std::min(least, site.ranks_on(host));
    most = std::max(most, site.ranks_on(host));
  }
  if (most > 2 * least) {
    findings.push_back(warning("hosts", "between " + count(least, "rank") + " and " + count(most, "rank") + " per host",
                               "give every host the same number of ranks (srun --ntasks-per-node, mpirun --map-by)"));
  }
  return findings;
}

}  // namespace genloss::orchestrator::doctor

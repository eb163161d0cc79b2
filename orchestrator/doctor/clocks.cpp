#include <chrono>
#include <cmath>

#include "jobs/numbers.hpp"
#include "orchestrator/doctor/checks.hpp"

namespace genloss::orchestrator::doctor {
namespace {

constexpr int rounds = 5;
constexpr double too_far = 2;  // seconds: the interval at which a run says that it lives

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

Diagnostics check_clocks(const Site& site) {
  if (site.hosts().size() == 1) return {ok("clocks", "one host, one clock")};
  // Everybody reads the clock on leaving a barrier; the smallest difference of several tries has waited least.
  std::vector<double> skew(static_cast<std::size_t>(site.ranks().size()), 1e300);
  for (int i = 0; i < rounds; ++i) {
    site.ranks().barrier("clocks");
    const auto times = site.all(now(), "clocks");
    for (std::size_t rank = 0; rank < times.size(); ++rank) {
      const double difference = times[rank] - times.front();
      if (std::abs(difference) < std::abs(skew[rank])) skew[rank] = difference;
    }
  }
  int worst = 0;
  for (int rank = 0; rank < site.ranks().size(); ++rank) {
    if (std::abs(skew[static_cast<std::size_t>(rank)]) > std::abs(skew[static_cast<std::size_t>(worst)])) worst = rank;
  }
  const double most = skew[static_cast<std::size_t>(worst)];
  const std::string text = "largest difference to rank 0: " + fixed_text(most * 1e3, 1) + " ms, " + site.name(worst);
  if (std::abs(most) <= too_far) return {ok("clocks", text)};
  return {warning("clocks", text,
                  "let the hosts keep time together (chrony, ntpd): times in logs and `genloss status` mislead")};
}

}  // namespace genloss::orchestrator::doctor

// How many grants a second the coordinator gives out by messages: items without work, and rank 0 only serves.

#include <chrono>

#include "orchestrator/dispatch/granted_pass.hpp"
#include "tests/benchmarks/bench.hpp"

namespace genloss::bench {

int bench_grants(const std::vector<std::string>& args) {
  const Options options(args, {"grants", "repetitions"});
  const auto items = static_cast<std::uint64_t>(options.number("grants", 200'000));
  orchestrator::PassOptions pass;
  pass.root_works = ranks().size() == 1;
  std::vector<double> times;
  for (long i = 0; i < options.number("repetitions", 5); ++i) {
    ranks().barrier("start");
    const auto start = std::chrono::steady_clock::now();
    (void)orchestrator::granted_pass(
        ranks(), "bench", items, [](std::uint64_t, const workers::Heartbeat&) {}, pass);
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  emit({{"job", "grants"},
        {"ranks", ranks().size()},
        {"grants", items},
        {"seconds", rounded(median(times))},
        {"grants_per_s", rounded(static_cast<double>(items) / median(times))}});
  return 0;
}

}  // namespace genloss::bench

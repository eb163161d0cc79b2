// genloss_bench dispatch --ranks 10000 --shards-per-rank 100 --sigma 0.5 --failures 2: a sampling pass in virtual time,
// by the grant desk that serves real ranks, beside the same shards dealt out beforehand.
#include <cmath>
#include <vector>

#include "jobs/random.hpp"
#include "orchestrator/plan/simulated_pass.hpp"
#include "tests/benchmarks/bench.hpp"

namespace genloss::bench {
namespace {

using orchestrator::plan::SimulatedPass;
using orchestrator::plan::SimulatedRanks;

/// Log-normal lengths of mean `mean`; sigma 0: all equal.
std::vector<double> lengths(std::uint64_t items, double mean, double sigma, std::uint64_t seed) {
  const jobs::CounterRandom random({seed, jobs::Purpose::synthetic_load, 0});
  std::vector<double> all(items);
  for (std::uint64_t item = 0; item < items; ++item) {
    all[item] = mean * std::exp(sigma * random.normal(item, 0) - sigma * sigma / 2);
  }
  return all;
}

void report(const char* schedule, const SimulatedPass& pass, const nlohmann::ordered_json& setting) {
  nlohmann::ordered_json line = setting;
  line["schedule"] = schedule;
  line["makespan_s"] = rounded(pass.makespan);
  line["ideal_s"] = rounded(pass.ideal);
  line["makespan_over_ideal"] = rounded(pass.makespan / pass.ideal);
  line["worst_wait_percent"] = rounded(100 * pass.worst_wait / pass.makespan);
  line["messages_per_s"] = rounded(static_cast<double>(pass.messages) / pass.makespan);
  line["lost_rank_s"] = rounded(pass.lost);
  line["starts"] = pass.starts;
  emit(line);
}

}  // namespace

int bench_dispatch(const std::vector<std::string>& args) {
  const Options options(args, {"ranks", "shards-per-rank", "seconds", "sigma", "failures", "restart", "latency-us",
                               "service-us", "seed"});
  SimulatedRanks machine;
  machine.ranks = static_cast<int>(options.number("ranks", 10'000));
  machine.latency = 1e-6 * options.real("latency-us", 20);
  machine.service = 1e-6 * options.real("service-us", 2);
  machine.restart = options.real("restart", 60);
  const auto items = static_cast<std::uint64_t>(machine.ranks * options.number("shards-per-rank", 100));
  const double mean = options.real("seconds", 30), sigma = options.real("sigma", 0.5);
  const auto seed = static_cast<std::uint64_t>(options.number("seed", 1));
  const auto all = lengths(items, mean, sigma, seed);
  const jobs::CounterRandom random({seed, jobs::Purpose::synthetic_load, 1});
  const long failures = options.number("failures", 0);
  for (long i = 0; i < failures; ++i) {
    const double work = mean * static_cast<double>(options.number("shards-per-rank", 100));
    machine.failures.push_back(work * random.uniform(static_cast<std::uint64_t>(i), 0));
  }
  const auto seconds = [&](std::uint64_t item) { return all[item]; };
  const nlohmann::ordered_json setting{{"job", "dispatch"}, {"ranks", machine.ranks}, {"shards", items},
                                       {"shard_s", mean},   {"sigma", sigma},         {"failures", failures},
                                       {"seed", seed}};
  report("grants", simulate_pass(items, seconds, machine), setting);
  report("static blocks", split_statically(items, seconds, machine, orchestrator::plan::StaticSplit::blocks), setting);
  report("static stride", split_statically(items, seconds, machine, orchestrator::plan::StaticSplit::stride), setting);
  return 0;
}

}  // namespace genloss::bench

// genloss_bench JOB [--option value ...]: prints one JSON line. Alone or under mpirun.
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "comms/world.hpp"
#include "jobs/error.hpp"
#include "tests/benchmarks/bench.hpp"

namespace {

std::unique_ptr<genloss::comms::Communicator> world_ranks;

int run(const std::vector<std::string>& args) {
  using namespace genloss::bench;
  const std::map<std::string, std::function<int(const std::vector<std::string>&)>> jobs = {
      {"train", bench_train},           {"sample", bench_sample}, {"corpus", bench_corpus},
      {"checkpoint", bench_checkpoint}, {"grants", bench_grants}, {"dispatch", bench_dispatch},
      {"encode", bench_encode},         {"open", bench_open},
  };
  const auto job = args.empty() ? jobs.end() : jobs.find(args.front());
  if (job == jobs.end()) {
    std::fprintf(
        stderr,
        "usage: genloss_bench train|sample|corpus|checkpoint|grants|dispatch|encode|open [--option value ...]\n");
    return static_cast<int>(genloss::ExitCode::usage);
  }
  return job->second({args.begin() + 1, args.end()});
}

}  // namespace

genloss::comms::Communicator& genloss::bench::ranks() { return *world_ranks; }

int main(int argc, char** argv) {
  genloss::comms::World world(argc, argv);
  world_ranks = world.communicator({});
  int code = 0;
  try {
    code = run({argv + 1, argv + argc});
  } catch (const genloss::Error& error) {
    std::fprintf(stderr, "genloss_bench: %s\n", error.what());
    code = static_cast<int>(error.code());
    if (world.size() > 1) world_ranks->abort(code);
  }
  world_ranks.reset();
  return code;
}

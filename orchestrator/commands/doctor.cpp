#include <cstdio>

#include "jobs/study_file.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/doctor/checks.hpp"
#include "workers/numerics/threads.hpp"

namespace genloss::orchestrator {
namespace {

/// A hang is what the doctor is asked about: it does not wait for minutes.
constexpr comms::Deadlines short_waits{std::chrono::seconds(10), std::chrono::seconds(60)};

jobs::RuntimeSection runtime_from(Words words) {
  if (words.empty() || words.front().rfind("--", 0) == 0) return jobs::read_runtime(words);
  const std::string file = words.front();
  words.erase(words.begin());
  return jobs::read_study(file, words).runtime;
}

std::string verdict(int warnings, int failures) {
  if (failures > 0) return std::to_string(failures) + " failed: a run would fail here";
  if (warnings > 0) return "runs will work; " + std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings");
  return "all is well";
}

ExitCode doctor_command_body(const Words& given, const comms::World& world) {
  Words words = given;
  const bool json = take_flag(words, "--json");
  const jobs::RuntimeSection runtime = runtime_from(words);
  const auto ranks = world.communicator(short_waits);
  const doctor::Site site(*ranks, runtime);
  workers::numerics::use_threads(runtime.threads);
  auto all = nlohmann::ordered_json::array();
  int warnings = 0, failures = 0;
  for (const auto& check : doctor::all_checks) {
    for (const Diagnostic& finding : check(site)) {
      if (!ranks->is_root()) continue;
      warnings += finding.grade == Grade::warning ? 1 : 0;
      failures += finding.grade == Grade::failed ? 1 : 0;
      if (json) {
        all.push_back(to_json(finding));
      } else {
        std::printf("%s\n", to_text(finding).c_str());
        std::fflush(stdout);
      }
    }
  }
  if (ranks->is_root()) std::printf("%s\n", json ? all.dump(2).c_str() : verdict(warnings, failures).c_str());
  const bool fails = ranks->agree_max(failures, "verdict") > 0;
  return fails ? ExitCode::missing_resource : ExitCode::done;
}

}  // namespace

const Command doctor_command{
    "doctor", "[STUDY.ini] [--json] [--runtime.key=value ...]", "whether runs will work here, and how fast",
    R"(Alone, or started as a run will be: under `mpirun -n N` or `srun --mpi=pmix`. Looks at versions, hosts, threads and
binding, devices, the network between each pair of hosts, the folder of runs (HDF5, locks, space), and clocks.
One line each, ok / warning / failed, with what to do; exits 69 if one has failed. Results of runs never depend on
any of it.)",
    doctor_command_body};

}  // namespace genloss::orchestrator

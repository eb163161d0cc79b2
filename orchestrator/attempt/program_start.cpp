#include "orchestrator/attempt/program_start.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "comms/world.hpp"
#include "orchestrator/attempt/program.hpp"

namespace genloss::orchestrator {
namespace {

/// "Intel(R) Xeon(R) Processor"; empty where the kernel does not say.
std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("model name")) continue;
    const auto at = line.find_first_not_of(" \t", line.find(':') + 1);
    return at == std::string::npos ? "" : line.substr(at);
  }
  return {};
}

}  // namespace

ProgramStart gather_start(comms::Communicator& ranks, const workers::numerics::NumericsKey& numerics,
                          const std::string& attempt, int threads) {
  ProgramStart start{std::string(version_text), std::string(program_commit()), numerics, attempt, threads, {}};
  const std::string mine = comms::World::host_name() + "\n" + processor_name();
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(mine)), 0, "hosts")) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string name = text.substr(0, text.find('\n'));
    auto host = std::find_if(start.hosts.begin(), start.hosts.end(), [&](const auto& h) { return h.name == name; });
    if (host == start.hosts.end()) host = start.hosts.insert(host, {name, text.substr(name.size() + 1), 0});
    ++host->ranks;
  }
  return start;
}

std::uint64_t peak_memory(comms::Communicator& ranks) {
  rusage usage{};
  (void)::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(ranks.agree_max(usage.ru_maxrss, "peak memory")) * 1024;  // in KiB
}

}  // namespace genloss::orchestrator

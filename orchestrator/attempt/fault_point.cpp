#include "orchestrator/attempt/fault_point.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include "jobs/heartbeat.hpp"

namespace genloss::orchestrator {

constexpr std::string_view busy = "busy-";

void fault_point(std::string_view place) {
  const char* variable = std::getenv("GENLOSS_FAULT");  // NOLINT(concurrency-mt-unsafe): nobody sets it at run time
  if (variable == nullptr) return;
  const std::string_view fault(variable);
  const auto at = fault.find('@');
  if (at == std::string_view::npos || fault.substr(at + 1) != place) return;
  if (fault.substr(0, at) == "kill") std::raise(SIGKILL);
  if (fault.substr(0, at) == "stop") std::raise(SIGUSR2);
  if (fault.substr(0, at) == "freeze") std::raise(SIGSTOP);
  if (fault.substr(0, at).starts_with(busy)) {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::seconds(std::atoi(std::string(fault.substr(busy.size(), at - busy.size())).c_str()));
    while (std::chrono::steady_clock::now() < end) {
      beat("a long piece of work");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

}  // namespace genloss::orchestrator

#include "orchestrator/attempt/fault_point.hpp"

#include <csignal>
#include <cstdlib>

namespace genloss::orchestrator {

void fault_point(std::string_view place) {
  const char* variable = std::getenv("GENLOSS_FAULT");  // NOLINT(concurrency-mt-unsafe): nobody sets it at run time
  if (variable == nullptr) return;
  const std::string_view fault(variable);
  const auto at = fault.find('@');
  if (at == std::string_view::npos || fault.substr(at + 1) != place) return;
  if (fault.substr(0, at) == "kill") std::raise(SIGKILL);
  if (fault.substr(0, at) == "stop") std::raise(SIGUSR2);
}

}  // namespace genloss::orchestrator

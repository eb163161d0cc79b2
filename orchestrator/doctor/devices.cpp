#include "orchestrator/doctor/checks.hpp"

namespace genloss::orchestrator::doctor {

Findings check_devices(const Site& site) {
  if (site.runtime().device == jobs::DeviceKind::cpu) return {ok("devices", "runtime.device = cpu: none are used")};
  return {};
}

}  // namespace genloss::orchestrator::doctor

#include <map>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/doctor/checks.hpp"
#include "workers/accelerator/load_accelerator.hpp"

namespace genloss::orchestrator::doctor {
namespace {

/// What a host says of its GPUs: "ok <text>", or "no <cause>" and a line with the hint.
std::string examine() {
  try {
    workers::load_accelerator_libraries();
  } catch (const Error& error) {
    return std::string("no ") + error.what() + "\n" + error.hint();
  }
  const workers::AcceleratorReport report = workers::report_accelerators();
  if (!report.problem.empty()) return "no " + report.problem + "\n" + report.hint;
  std::string text = "ok driver for CUDA " + report.driver + ", NCCL " + report.nccl + ", " +
                     counted(report.devices.size(), "GPU") + ": ";
  for (const auto& device : report.devices) {
    text += (device.index == 0 ? "" : ", ") + device.name + " (" + bytes_text(device.memory) + ", compute capability " +
            device.capability + ")";
  }
  return text;
}

}  // namespace

Diagnostics check_devices(const Site& site) {
  if (site.runtime().device == jobs::DeviceKind::cpu) return {ok("devices", "runtime.device = cpu: none are used")};
  std::map<std::string, std::string> hosts;  // by what they say
  const auto texts = site.texts(site.i_lead() ? examine() : "", "devices");
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    if (texts[rank].empty()) continue;
    auto& names = hosts[texts[rank]];
    names += (names.empty() ? "" : ", ") + site.hosts()[static_cast<std::size_t>(site.host_of(static_cast<int>(rank)))];
  }
  Diagnostics findings;
  for (const auto& [text, names] : hosts) {
    const auto line = text.find('\n');
    const std::string told = names + ": " + text.substr(3, line == std::string::npos ? line : line - 3);
    if (text.starts_with("ok")) {
      findings.push_back(ok("devices", told));
    } else {
      findings.push_back(failed("devices", told, text.substr(line + 1)));
    }
  }
  return findings;
}

}  // namespace genloss::orchestrator::doctor

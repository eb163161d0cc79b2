#include <algorithm>

#include "comms/mpi/message_passing.hpp"
#include "jobs/error.hpp"
#include "orchestrator/attempt/numerics.hpp"
#include "orchestrator/attempt/program.hpp"
#include "orchestrator/doctor/checks.hpp"
#include "storage/hdf5/version.hpp"
#include "workers/transformer/torch_version.hpp"

namespace genloss::orchestrator::doctor {

Diagnostics check_versions(const Site& site) {
  const std::string mine = std::string(version_text) + " of commit " + std::string(program_commit()) + ", LibTorch " +
                           workers::torch_version() + ", " + comms::message_passing().library + ", HDF5 " +
                           storage::hdf5_version() + ", g++ " + __VERSION__;
  const auto all = site.texts(mine, "versions");
  Diagnostics findings{ok("versions", mine)};
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    if (all[rank] == mine) continue;
    findings.push_back(failed("versions", site.name(static_cast<int>(rank)) + " differs: " + all[rank],
                              "start the same build on all hosts: a shared folder, or the same package everywhere"));
    break;
  }
  return findings;
}

Diagnostics check_numerics(const Site& site) {
  // GPUs have their own check; which of them a rank takes is known when they are opened.
  const auto brought = gather_numerics(site.ranks(), "");
  if (!site.ranks().is_root()) return {};
  try {
    return {ok("numerics", decide_numerics(brought, site.runtime().instructions, {}).text())};
  } catch (const Error& error) {
    return {failed("numerics", error.object() + ": " + error.cause(), error.hint())};
  }
}

}  // namespace genloss::orchestrator::doctor

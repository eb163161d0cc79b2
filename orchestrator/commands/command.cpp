#include "orchestrator/commands/command.hpp"

#include <array>

namespace genloss::orchestrator {

std::span<const Command* const> commands() {
  static constexpr std::array all{&run_command,    &plan_command,    &submit_command, &job_command,
                                  &doctor_command, &status_command,  &verify_command, &repair_command,
                                  &show_command,   &compare_command, &gc_command,     &help_command};
  return all;
}

}  // namespace genloss::orchestrator

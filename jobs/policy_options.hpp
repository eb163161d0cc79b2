#pragma once
#include <vector>

#include "jobs/option_table.hpp"

namespace genloss::jobs {

/// The rows of [policy]: the vocabulary that policies share. Which policy uses which of them, the policy registers.
[[nodiscard]] std::vector<Option> policy_options();

}  // namespace genloss::jobs

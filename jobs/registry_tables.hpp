#pragma once
// What registered, for the option table alone.

#include <vector>

#include "jobs/option_table.hpp"
#include "jobs/registry.hpp"

namespace genloss::jobs {

struct RegisteredSection {
  Section section;
  std::vector<Option> options;
};
/// By name; nothing can be registered any more.
[[nodiscard]] const std::vector<RegisteredSection>& registered_sections();
[[nodiscard]] const std::vector<Registered>& all_registered();

}  // namespace genloss::jobs

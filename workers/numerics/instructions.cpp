#include "workers/numerics/instructions.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "jobs/error.hpp"

namespace genloss::workers::numerics {
namespace {

constexpr const char* variable = "GENLOSS_INSTRUCTIONS";

struct Name {
  Instructions set;
  std::string_view setting, shown;
};
constexpr std::array<Name, 3> names{{{Instructions::baseline, "baseline", "baseline"},
                                     {Instructions::avx2, "avx2", "AVX2"},
                                     {Instructions::avx512, "avx512", "AVX-512"}}};

bool can_run(Instructions set) {
#if defined(__x86_64__)
  switch (set) {
    case Instructions::avx512:
      return can_run(Instructions::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    case Instructions::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    case Instructions::baseline:
      return true;
  }
#endif
  return set == Instructions::baseline;
}

Instructions choose() {
  const char* const wish = std::getenv(variable);
  if (wish == nullptr || *wish == '\0') return runnable_instructions().back();
  const auto named = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.setting == wish; });
  const std::string object = std::string(variable) + "=" + wish;
  if (named == names.end()) {
    throw Error(ExitCode::usage, "choose instructions", object, "no instruction set has that name",
                "baseline, avx2 or avx512");
  }
  if (!can_run(named->set)) {
    throw Error(ExitCode::missing_resource, "choose instructions", object, "this processor cannot run them",
                "the best it can run is " + std::string(name_of(runnable_instructions().back())));
  }
  return named->set;
}

}  // namespace

std::string_view name_of(Instructions set) noexcept { return names.at(static_cast<std::size_t>(set)).shown; }

std::vector<Instructions> runnable_instructions() {
  std::vector<Instructions> sets;
  for (const Name& n : names) {
    if (can_run(n.set)) sets.push_back(n.set);
  }
  return sets;
}

Instructions instructions() {
  static const Instructions chosen = choose();
  return chosen;
}

}  // namespace genloss::workers::numerics

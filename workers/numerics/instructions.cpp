#include "workers/numerics/instructions.hpp"

#include <algorithm>
#include <array>
#include <atomic>
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

[[noreturn]] void cannot_run(const std::string& object, Instructions best) {
  throw Error(ExitCode::missing_resource, "choose instructions", object, "this processor cannot run them",
              "the best it can run is " + std::string(name_of(best)) +
                  " (runtime.instructions=" + std::string(setting_of(best)) + ")");
}

Instructions best_of_processor() {
  return std::find_if(names.rbegin(), names.rend(), [](const Name& n) { return can_run(n.set); })->set;
}

/// The best that this process may use.
Instructions best() {
  const Instructions most = best_of_processor();
  const char* const wish = std::getenv(variable);
  if (wish == nullptr || *wish == '\0') return most;
  const auto named = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.setting == wish; });
  const std::string object = std::string(variable) + "=" + wish;
  if (named == names.end()) {
    throw Error(ExitCode::usage, "choose instructions", object, "no instruction set has that name",
                "baseline, avx2 or avx512");
  }
  if (named->set > most) cannot_run(object, most);
  return named->set;
}

constexpr int undecided = -1;
std::atomic<int> decided{undecided};

/// The first decision holds. @return the set in use from now on
Instructions decide(Instructions set) {
  int before = undecided;
  const bool first = decided.compare_exchange_strong(before, static_cast<int>(set));
  return first ? set : static_cast<Instructions>(before);
}

}  // namespace

std::string_view name_of(Instructions set) noexcept { return names.at(static_cast<std::size_t>(set)).shown; }
std::string_view setting_of(Instructions set) noexcept { return names.at(static_cast<std::size_t>(set)).setting; }

std::vector<Instructions> runnable_instructions() {
  const Instructions most = best();
  std::vector<Instructions> sets;
  for (const Name& n : names) {
    if (n.set <= most) sets.push_back(n.set);
  }
  return sets;
}

void use_instructions(Instructions set) {
  if (const Instructions most = best(); set > most) cannot_run(std::string(name_of(set)), most);
  if (const Instructions used = decide(set); used != set) {
    throw Error(ExitCode::internal, "choose instructions", std::string(name_of(set)),
                "kernels of another set are in use already: " + std::string(name_of(used)));
  }
}

Instructions instructions() {
  const int known = decided.load();
  return known != undecided ? static_cast<Instructions>(known) : decide(best());
}

}  // namespace genloss::workers::numerics

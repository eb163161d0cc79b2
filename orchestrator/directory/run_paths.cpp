#include "orchestrator/directory/run_paths.hpp"

#include <cstdio>

namespace genloss::orchestrator {

std::string RunPaths::generation_name(int n) {
  char name[32];
  std::snprintf(name, sizeof name, "generation-%03d", n);
  return name;
}

}  // namespace genloss::orchestrator

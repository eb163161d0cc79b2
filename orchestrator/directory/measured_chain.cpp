#include "orchestrator/directory/measured_chain.hpp"

#include "orchestrator/directory/measures_file.hpp"

namespace genloss::orchestrator {

workers::MeasuredRun measured_chain(const RunPaths& chain, int generations) {
  workers::MeasuredRun measured;
  for (int n = 0; n < generations; ++n) {
    const auto file = chain.generation(n).measures();
    if (!std::filesystem::exists(file)) break;
    const MeasuresFile held = read_measures(file);
    if (!held.corpus) break;
    if (n == 0) measured.human = held.of_human;
    measured.generations.push_back(held.all());
  }
  return measured;
}

}  // namespace genloss::orchestrator

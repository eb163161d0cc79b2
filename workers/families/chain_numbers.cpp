#include "workers/families/chain_numbers.hpp"

#include <string>

#include "workers/measures/chain_measure.hpp"

namespace genloss::workers {

std::vector<Measure> measures_of_numbers(std::span<const Record> records, std::span<const double> numbers,
                                         double confidence) {
  std::vector<Measure> measures;
  std::vector<double> column;
  for (std::size_t k = 0; k < records.size(); ++k) {
    column.clear();
    for (std::size_t at = k; at < numbers.size(); at += records.size()) {
      if (std::isfinite(numbers[at])) column.push_back(numbers[at]);
    }
    measures.push_back(measure_of_chains(std::string(records[k].name), column, std::string(records[k].unit),
                                         std::string(records[k].symptom), confidence));
  }
  return measures;
}

std::vector<Measure> measures_of_states(const ChainModel& model, std::span<const std::string_view> states,
                                        double confidence) {
  std::vector<Measure> measures;
  std::vector<double> share(model.replicates);
  for (std::size_t state = 0; state < states.size(); ++state) {
    for (std::uint64_t r = 0; r < model.replicates; ++r) share[r] = model.states[r] == state ? 1 : 0;
    const std::string name = state == chain_alive ? "survivors" : "chains_" + std::string(states[state]);
    measures.push_back(measure_of_chains(name, share, "share", "diversity", confidence));
  }
  return measures;
}

Record survivors_record(std::string_view definition, std::string_view source, Sign of_fall) {
  Record record{.name = "survivors",
                .label = "chains alive",
                .unit = "share",
                .symptom = "diversity",
                .taken = Taken::on_model,
                .definition = definition,
                .source = source,
                .resampled = "chain",
                .rise = "more chains are alive",
                .fall = "chains end",
                .legend = "share of chains that go on"};
  record.of_fall = of_fall;
  return record;
}

Record ended_record(std::string_view name, std::string_view label, std::string_view definition, Sign of_rise) {
  Record record{.name = name,
                .label = label,
                .unit = "share",
                .symptom = "diversity",
                .taken = Taken::on_model,
                .definition = definition,
                .source = "state of the chain after its fit",
                .resampled = "chain",
                .rise = "more chains have ended so",
                .fall = "fewer chains have ended so",
                .legend = "share of chains that ended so"};
  record.of_rise = of_rise;
  record.in_table = false;
  return record;
}

}  // namespace genloss::workers

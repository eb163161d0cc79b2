#include "orchestrator/report/comparison.hpp"

#include <algorithm>

#include "orchestrator/report/table.hpp"
#include "workers/measures/verdict/changes.hpp"
#include "workers/measures/verdict/verdict.hpp"

namespace genloss::orchestrator {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::vector<workers::Change> changes_of(const std::vector<workers::Record>& records, const RunMeasures& run) {
  const auto& generations = run.measured.generations;
  if (generations.size() < 2) return {};
  return workers::changes_between(records, generations.front(), generations.back(), run.confidence);
}

std::string cell(const std::vector<workers::Change>& changes, const workers::Record& record) {
  for (const auto& change : changes) {
    if (change.record == &record)
      return workers::effect_text(change.difference, record.decimals) + (change.material ? " *" : "");
  }
  return "-";
}

}  // namespace

std::string comparison(const std::vector<workers::Record>& records, const std::vector<RunMeasures>& runs) {
  constexpr std::size_t label_width = 24, cell_width = 25, side_by_side = 3;
  std::string text;
  for (std::size_t from = 0; from < runs.size(); from += side_by_side) {
    const std::size_t to = std::min(runs.size(), from + side_by_side);
    std::vector<std::vector<workers::Change>> changes;
    text += padded("first to last generation", label_width);
    for (std::size_t i = from; i < to; ++i) {
      changes.push_back(changes_of(records, runs[i]));
      text += padded(runs[i].name, cell_width);
    }
    for (const auto& record : records) {
      if (!record.in_verdict) continue;
      text += "\n" + padded(std::string(record.label), label_width);
      for (const auto& of_run : changes) text += padded(cell(of_run, record), cell_width);
    }
    text += "\n\n";
  }
  text += "effect [interval of the paired difference]; * certain after Holm's correction, and large enough to count";
  for (const auto& run : runs) {
    const auto lines = workers::profile_lines(records, run.measured, run.confidence);
    if (!lines.empty()) text += "\n\n" + run.name;
    for (const auto& line : lines) text += "\n" + workers::wrapped("  " + line, line_width, 4);
  }
  return text;
}

}  // namespace genloss::orchestrator

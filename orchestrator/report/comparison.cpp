#include "orchestrator/report/comparison.hpp"

#include <algorithm>
#include <cstdio>

namespace genloss::orchestrator {
namespace {

constexpr std::size_t name_width = 26, cell_width = 30;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string change(const RunMeasures& run, const workers::TableColumn& column) {
  const auto value = [&](const auto& generation) -> const workers::Measure* {
    const auto it =
        std::find_if(generation.begin(), generation.end(), [&](const auto& m) { return m.name == column.measure; });
    return it == generation.end() ? nullptr : &*it;
  };
  if (run.generations.empty()) return "-";
  const auto *first = value(run.generations.front()), *last = value(run.generations.back());
  if (first == nullptr || last == nullptr) return "-";
  char text[96];
  if (first->value != 0) {
    std::snprintf(text, sizeof text, "%.*f -> %.*f (%+.1f %%)", column.decimals, first->value, column.decimals,
                  last->value, 100 * (last->value / first->value - 1));
  } else {
    std::snprintf(text, sizeof text, "%.*f -> %.*f", column.decimals, first->value, column.decimals, last->value);
  }
  return text;
}

}  // namespace

std::string comparison(const std::vector<workers::TableColumn>& columns, const std::vector<RunMeasures>& runs) {
  std::string text = padded("first -> last generation", name_width);
  for (const auto& run : runs) text += padded(run.name, cell_width);
  for (const auto& column : columns) {
    text += "\n" + padded(column.label, name_width);
    for (const auto& run : runs) text += padded(change(run, column), cell_width);
  }
  return text;
}

}  // namespace genloss::orchestrator

#include "orchestrator/report/table.hpp"

#include <algorithm>
#include <cstdio>

namespace genloss::orchestrator {
namespace {

const workers::Measure* find(const std::vector<workers::Measure>& measures, const std::string& name) {
  const auto it = std::find_if(measures.begin(), measures.end(), [&](const auto& m) { return m.name == name; });
  return it == measures.end() ? nullptr : &*it;
}

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string cell(const workers::Measure* measure, int decimals) {
  if (measure == nullptr) return "-";
  std::string text = fixed(measure->value, decimals);
  const double half = (measure->high - measure->low) / 2;
  if (half > 0) text += " ±" + fixed(half, decimals);
  return text;
}

/// Width on the screen: "±" is two bytes and one column.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// At least one space stays in front: a cell too wide for its column shifts the others, but runs into none.
std::string right(const std::string& text, std::size_t width) {
  const std::size_t have = width_of(text);
  return std::string(have < width ? width - have : 1, ' ') + text;
}

std::size_t column_width(const workers::TableColumn& column) {
  return std::max<std::size_t>(width_of(column.label), 5 + 2 * static_cast<std::size_t>(column.decimals)) + 2;
}

}  // namespace

std::string table_head(const std::vector<workers::TableColumn>& columns,
                       const std::vector<workers::Measure>& measures) {
  std::string labels = "generation", units = "          ";
  for (const auto& column : columns) {
    const auto* measure = find(measures, column.measure);
    labels += right(column.label, column_width(column));
    units += right(measure != nullptr ? measure->unit : "", column_width(column));
  }
  return labels + "\n" + units;
}

std::string table_row(int generation, const std::vector<workers::TableColumn>& columns,
                      const std::vector<workers::Measure>& measures) {
  std::string row = right(std::to_string(generation), 10);
  for (const auto& column : columns) {
    row += right(cell(find(measures, column.measure), column.decimals), column_width(column));
  }
  return row;
}

std::string table(const std::vector<workers::TableColumn>& columns,
                  const std::vector<std::vector<workers::Measure>>& generations) {
  if (generations.empty()) return {};
  std::string text = table_head(columns, generations.front());
  for (std::size_t n = 0; n < generations.size(); ++n) {
    text += "\n" + table_row(static_cast<int>(n), columns, generations[n]);
  }
  return text;
}

}  // namespace genloss::orchestrator

#include "orchestrator/report/table.hpp"

#include <cmath>

#include "jobs/numbers.hpp"
#include "orchestrator/report/text_table.hpp"
#include "workers/measures/verdict/changes.hpp"
#include "workers/measures/verdict/verdict.hpp"

namespace genloss::orchestrator {
namespace {

using workers::Measure;
using workers::Record;

constexpr std::size_t head_width = 5;

std::string cell(const Measure* measure, int decimals) {
  if (measure == nullptr || std::isnan(measure->value)) return "-";
  const double half = (measure->high - measure->low) / 2;
  const std::string value = fixed_text(measure->value, decimals);
  return std::isfinite(half) && half > 0 ? value + " ±" + half_text(half, decimals) : value;
}

std::vector<const Record*> in_table(const std::vector<Record>& records) {
  std::vector<const Record*> chosen;
  for (const auto& record : records) {
    if (record.in_table) chosen.push_back(&record);
  }
  return chosen;
}

/// A column of cells from top to bottom: symptom, label, unit, human text (if there is any), generations.
std::vector<std::string> column_of(const Record& record, const workers::MeasuredRun& run) {
  std::vector<std::string> column{std::string(record.symptom), std::string(record.label), std::string(record.unit)};
  const auto add = [&](const std::vector<Measure>& measures) {
    column.push_back(cell(workers::find_measure(measures, record.name), record.decimals));
  };
  if (!run.human.empty()) add(run.human);
  for (const auto& generation : run.generations) add(generation);
  return column;
}

}  // namespace

std::string half_text(double half, int decimals) {
  const std::string text = fixed_text(half, decimals);
  return text.rfind("0.", 0) == 0 ? text.substr(1) : text;
}

std::string legend(const std::vector<Record>& records) {
  std::vector<TableRow> rows;
  for (const Record* record : in_table(records)) {
    rows.push_back({{"  " + std::string(record->label), std::string(record->legend)}});
  }
  return rows.empty() ? "" : "\n" + list_text(rows);
}

std::string table(const std::vector<Record>& records, const workers::MeasuredRun& run) {
  return run.generations.empty() ? std::string() : rows(records, run) + "\n" + legend(records);
}

std::string rows(const std::vector<Record>& records, const workers::MeasuredRun& run) {
  if (run.generations.empty()) return {};
  std::vector<TableRow> rows{{{""}, true}, {{"gen."}}, {{""}}};
  if (!run.human.empty()) rows.push_back({{"human"}});
  for (std::size_t n = 0; n < run.generations.size(); ++n) rows.push_back({{std::to_string(n)}});
  for (const Record* record : in_table(records)) {
    const auto column = column_of(*record, run);
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row].cells.push_back(column[row]);
  }
  return table_text(rows, {.repeated = 1, .least_repeated = head_width, .line = line_width});
}

std::vector<std::string> generation_lines(const std::vector<Record>& records, const workers::MeasuredRun& run, int n,
                                          double confidence) {
  const auto& measures = run.generations.at(static_cast<std::size_t>(n));
  std::vector<std::string> values;
  for (const Record* record : in_table(records)) {
    const Measure* measure = workers::find_measure(measures, record->name);
    if (measure == nullptr || std::isnan(measure->value)) continue;
    values.push_back(std::string(record->label) + " " + fixed_text(measure->value, record->decimals));
  }
  std::string line = "  ";
  for (std::size_t i = 0; i < values.size(); ++i) line += (i > 0 ? ", " : "") + values[i];
  std::vector<std::string> lines{workers::wrapped(line, line_width, 2)};
  const auto profiles = workers::profile_lines(records, run, confidence);
  if (!profiles.empty()) lines.push_back(workers::wrapped("  " + profiles.back(), line_width, 4));
  return lines;
}

std::string conclusion(const std::vector<Record>& records, const workers::MeasuredRun& run, double confidence) {
  std::string text;
  for (const auto& line : workers::profile_lines(records, run, confidence))
    text += workers::wrapped(line, line_width, 2) + "\n";
  for (const auto& line : workers::verdict(records, run, confidence))
    text += (text.empty() ? "" : "\n") + workers::wrapped(line, line_width, 4);
  return text;
}

}  // namespace genloss::orchestrator

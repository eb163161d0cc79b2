#include "orchestrator/report/table.hpp"

#include <algorithm>
#include <cmath>

#include "jobs/numbers.hpp"
#include "workers/measures/verdict/changes.hpp"
#include "workers/measures/verdict/verdict.hpp"

namespace genloss::orchestrator {
namespace {

using workers::Measure;
using workers::Record;

constexpr std::size_t head_width = 5, gap = 2;

/// Width on the screen: "±" is two bytes and one column.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string cell(const Measure* measure, int decimals) {
  if (measure == nullptr || std::isnan(measure->value)) return "-";
  const double half = (measure->high - measure->low) / 2;
  const std::string value = fixed_text(measure->value, decimals);
  return std::isfinite(half) && half > 0 ? value + " ±" + half_text(half, decimals) : value;
}

/// A column with all that stands in it.
struct Column {
  const Record* record;
  std::vector<std::string> cells;  // human text (if there is any), then generations
  std::size_t width = 0;
};

std::vector<const Record*> in_table(const std::vector<Record>& records) {
  std::vector<const Record*> chosen;
  for (const auto& record : records) {
    if (record.in_table) chosen.push_back(&record);
  }
  return chosen;
}

std::vector<Column> columns_of(const std::vector<Record>& records, const workers::MeasuredRun& run) {
  std::vector<Column> columns;
  for (const Record* record : in_table(records)) {
    Column column{record, {}, std::max(width_of(record->label), width_of(record->unit))};
    const auto add = [&](const std::vector<Measure>& measures) {
      column.cells.push_back(cell(workers::find_measure(measures, record->name), record->decimals));
      column.width = std::max(column.width, width_of(column.cells.back()));
    };
    if (!run.human.empty()) add(run.human);
    for (const auto& generation : run.generations) add(generation);
    columns.push_back(std::move(column));
  }
  return columns;
}

/// Columns of one block: as many as fit into a line.
std::vector<std::vector<Column>> blocks_of(std::vector<Column> columns) {
  std::vector<std::vector<Column>> blocks;
  std::size_t used = line_width;
  for (auto& column : columns) {
    if (used + gap + column.width > line_width) {
      blocks.emplace_back();
      used = head_width;
    }
    used += gap + column.width;
    blocks.back().push_back(std::move(column));
  }
  return blocks;
}

/// Symptoms over the first column of each.
std::string symptoms(const std::vector<Column>& block) {
  std::string line(head_width, ' ');
  std::size_t end = head_width;
  std::string_view shown;
  for (const Column& column : block) {
    if (column.record->symptom != shown) {
      shown = column.record->symptom;
      line.resize(std::max(line.size() + 1, end + gap), ' ');
      line += shown;
    }
    end += gap + column.width;
  }
  return line;
}

std::string block_text(const std::vector<Column>& block, const std::vector<std::string>& heads) {
  std::string labels = right("gen.", head_width), units(head_width, ' ');
  for (const Column& column : block) {
    labels += std::string(gap, ' ') + right(std::string(column.record->label), column.width);
    units += std::string(gap, ' ') + right(std::string(column.record->unit), column.width);
  }
  std::string text = symptoms(block) + "\n" + labels + "\n" + units;
  for (std::size_t row = 0; row < heads.size(); ++row) {
    text += "\n" + right(heads[row], head_width);
    for (const Column& column : block) text += std::string(gap, ' ') + right(column.cells[row], column.width);
  }
  return text;
}

}  // namespace

std::string right(const std::string& text, std::size_t width) {
  const std::size_t have = width_of(text);
  return std::string(have < width ? width - have : 0, ' ') + text;
}

std::string half_text(double half, int decimals) {
  const std::string text = fixed_text(half, decimals);
  return text.rfind("0.", 0) == 0 ? text.substr(1) : text;
}

std::string legend(const std::vector<Record>& records) {
  std::string text;
  std::size_t width = 0;
  for (const Record* record : in_table(records)) width = std::max(width, width_of(record->label));
  for (const Record* record : in_table(records)) {
    std::string label(record->label);
    label.resize(width + gap, ' ');
    text += "\n  " + label + std::string(record->legend);
  }
  return text;
}

std::string table(const std::vector<Record>& records, const workers::MeasuredRun& run) {
  return run.generations.empty() ? std::string() : rows(records, run) + "\n" + legend(records);
}

std::string rows(const std::vector<Record>& records, const workers::MeasuredRun& run) {
  if (run.generations.empty()) return {};
  std::vector<std::string> heads;
  if (!run.human.empty()) heads.emplace_back("human");
  for (std::size_t n = 0; n < run.generations.size(); ++n) heads.push_back(std::to_string(n));
  std::string text;
  for (const auto& block : blocks_of(columns_of(records, run)))
    text += (text.empty() ? "" : "\n\n") + block_text(block, heads);
  return text;
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

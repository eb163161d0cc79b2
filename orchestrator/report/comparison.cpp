#include "orchestrator/report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>
#include <tuple>

#include "orchestrator/report/table.hpp"
#include "workers/measures/verdict/changes.hpp"
#include "workers/measures/verdict/verdict.hpp"

namespace genloss::orchestrator {
namespace {

/// Names of run directories without the digests at their ends, as far as that leaves them different.
std::vector<std::string> heads_of(const std::vector<RunMeasures>& runs) {
  static const std::regex digest("-[0-9a-f]{8}$");
  std::vector<std::string> heads;
  for (const auto& run : runs) heads.push_back(std::regex_replace(run.name, digest, ""));
  if (std::set<std::string>(heads.begin(), heads.end()).size() == runs.size()) return heads;
  for (std::size_t i = 0; i < runs.size(); ++i) heads[i] = runs[i].name;
  return heads;
}

std::vector<workers::Change> changes_of(const std::vector<workers::Record>& records, const RunMeasures& run) {
  const auto& generations = run.measured.generations;
  if (generations.size() < 2) return {};
  return workers::changes_between(records, generations.front(), generations.back(), run.confidence);
}

const workers::Change* change_in(const std::vector<workers::Change>& changes, const workers::Record& record) {
  const auto found = std::ranges::find(changes, &record, &workers::Change::record);
  return found == changes.end() ? nullptr : &*found;
}

std::string cell(const workers::Change* change) {
  if (change == nullptr) return "-  ";
  const auto& [effect, low, high] =
      std::tie(change->difference.effect, change->difference.low, change->difference.high);
  const int decimals = change->record->decimals;
  std::string text = workers::signed_text(effect, decimals);
  if (std::isfinite(low)) text += " ±" + half_text((high - low) / 2, decimals);
  return text + (change->material ? " *" : "  ");
}

}  // namespace

std::string label_with_unit(const workers::Record& record) {
  return left(std::string(record.label), 22) + " " + std::string(record.unit);
}

std::string comparison(const std::vector<workers::Record>& records, const std::vector<RunMeasures>& runs) {
  const std::vector<std::string> heads = heads_of(runs);
  std::vector<std::vector<workers::Change>> changes;
  for (const auto& run : runs) changes.push_back(changes_of(records, run));

  const auto moved = [&](const workers::Record& record) {
    return std::ranges::any_of(changes, [&](const auto& of_run) {
      const auto* change = change_in(of_run, record);
      return change != nullptr && change->material;
    });
  };
  std::string text, still;
  for (const auto& record : records) {
    if (record.in_verdict && !moved(record)) still += (still.empty() ? "" : ", ") + std::string(record.label);
  }
  std::vector<TableRow> rows{{{"first to last generation"}}};
  for (const auto& head : heads) rows.front().cells.push_back(head + "  ");
  for (const auto& record : records) {
    if (!record.in_verdict || !moved(record)) continue;
    TableRow& row = rows.emplace_back(TableRow{{label_with_unit(record)}});
    for (const auto& of_run : changes) row.cells.push_back(cell(change_in(of_run, record)));
  }
  text += table_text(rows, across_arms) + "\n\n";
  text += workers::wrapped(
      "± half of the interval of the paired difference; * certain after Holm's correction, and large enough to count",
      line_width, 2);
  if (!still.empty()) text += "\n" + workers::wrapped("no such change in any: " + still, line_width, 2);
  for (const auto& run : runs) {
    const auto lines = workers::profile_lines(records, run.measured, run.confidence);
    if (!lines.empty()) text += "\n\n" + run.name;
    for (const auto& line : lines) text += "\n" + workers::wrapped("  " + line, line_width, 4);
  }
  return text;
}

}  // namespace genloss::orchestrator

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

void trim_end(std::string& text) { text.erase(text.find_last_not_of(' ') + 1); }

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

std::string comparison(const std::vector<workers::Record>& records, const std::vector<RunMeasures>& runs) {
  const std::vector<std::string> heads = heads_of(runs);
  std::vector<std::vector<workers::Change>> changes;
  for (const auto& run : runs) changes.push_back(changes_of(records, run));

  std::size_t cell_width = 14;
  for (const auto& head : heads) cell_width = std::max(cell_width, head.size() + 2);
  constexpr std::size_t name_width = 23, label_width = 37;  // label and unit
  const std::size_t side_by_side = std::max<std::size_t>(1, (line_width - label_width) / (cell_width + 1));
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
  for (std::size_t from = 0; from < runs.size(); from += side_by_side) {
    const std::size_t to = std::min(runs.size(), from + side_by_side);
    std::string head = "first to last generation";
    head.resize(label_width, ' ');
    text += head;
    for (std::size_t i = from; i < to; ++i) text += " " + right(heads[i] + "  ", cell_width);
    trim_end(text);
    for (const auto& record : records) {
      if (!record.in_verdict || !moved(record)) continue;
      std::string label(record.label);
      label.resize(name_width, ' ');
      label += record.unit;
      label.resize(label_width, ' ');
      text += "\n" + label;
      for (std::size_t i = from; i < to; ++i) text += " " + right(cell(change_in(changes[i], record)), cell_width);
      trim_end(text);
    }
    text += "\n\n";
  }
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

#include "orchestrator/report/pooled_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "jobs/numbers.hpp"
#include "orchestrator/report/comparison.hpp"
#include "orchestrator/report/table.hpp"
#include "workers/measures/statistics/interval.hpp"
#include "workers/measures/verdict/changes.hpp"
#include "workers/measures/verdict/verdict.hpp"

namespace genloss::orchestrator {
namespace {

/// Change of each measure from first to last generation, of one chain.
using Effects = std::map<const workers::Record*, double>;

Effects effects_of(const std::vector<workers::Record>& records, const ChainMeasures& chain) {
  Effects effects;
  const auto& generations = chain.measured.generations;
  if (generations.size() < 2) return effects;
  for (const auto& change :
       workers::changes_between(records, generations.front(), generations.back(), chain.confidence)) {
    effects[change.record] = change.difference.effect;
  }
  return effects;
}

/// Effects of an arm by seed.
using Seeds = std::map<std::uint64_t, Effects>;

std::vector<double> values_of(const Seeds& seeds, const workers::Record* record) {
  std::vector<double> values;
  for (const auto& [seed, effects] : seeds) {
    if (const auto found = effects.find(record); found != effects.end()) values.push_back(found->second);
  }
  return values;
}

/// Differences of an arm from another one, over the seeds that both have.
std::vector<double> paired(const Seeds& arm, const Seeds& reference, const workers::Record* record) {
  std::vector<double> values;
  for (const auto& [seed, effects] : arm) {
    const auto other = reference.find(seed);
    if (other == reference.end()) continue;
    const auto mine = effects.find(record), its = other->second.find(record);
    if (mine != effects.end() && its != other->second.end()) values.push_back(mine->second - its->second);
  }
  return values;
}

constexpr auto no_value = "-  ";

std::string cell(const std::vector<double>& values, double confidence, int decimals) {
  if (values.empty()) return no_value;
  const Pooled pooled = pool(values, confidence);
  std::string text = workers::signed_text(pooled.mean, decimals);
  if (!std::isfinite(pooled.half)) return text + "  ";
  text += " ±" + half_text(pooled.half, decimals);
  return text + (std::abs(pooled.mean) > pooled.half ? " *" : "  ");
}

using Cell = std::function<std::string(std::size_t arm, const workers::Record&)>;

/// Measures down, arms from `first` on across; measures that no arm has are left out.
std::string across(const std::string& title, const std::vector<workers::Record>& records,
                   const std::vector<ArmMeasures>& arms, std::size_t first, const Cell& text_of) {
  std::vector<TableRow> rows{{{title}}};
  for (std::size_t a = first; a < arms.size(); ++a) rows.front().cells.push_back(arms[a].name + "  ");
  for (const auto& record : records) {
    TableRow row{{label_with_unit(record)}};
    bool any = false;
    for (std::size_t a = first; a < arms.size(); ++a) {
      row.cells.push_back(text_of(a, record));
      any = any || row.cells.back() != no_value;
    }
    if (any) rows.push_back(std::move(row));
  }
  return table_text(rows, across_arms) + "\n";
}

}  // namespace

std::vector<ArmMeasures> arms_of(const std::vector<ChainMeasures>& chains) {
  std::vector<std::string> runs;
  for (const auto& chain : chains) {
    if (std::find(runs.begin(), runs.end(), chain.run) == runs.end()) runs.push_back(chain.run);
  }
  std::vector<ArmMeasures> arms;
  for (const auto& chain : chains) {
    std::string name = runs.size() == 1 && !chain.arm.empty() ? chain.arm : chain.run;
    if (runs.size() > 1 && !chain.arm.empty()) name += " " + chain.arm;
    const auto there = std::find_if(arms.begin(), arms.end(), [&](const auto& arm) { return arm.name == name; });
    if (there == arms.end()) {
      arms.push_back({name, {chain}});
    } else {
      there->chains.push_back(chain);
    }
  }
  return arms;
}

std::vector<RunMeasures> runs_of(const std::vector<ChainMeasures>& chains) {
  std::vector<RunMeasures> runs;
  for (const auto& arm : arms_of(chains)) {
    for (const auto& chain : arm.chains) {
      const std::string name = arm.chains.size() > 1 ? arm.name + " seed " + std::to_string(chain.seed) : arm.name;
      runs.push_back({name, chain.measured, chain.confidence});
    }
  }
  return runs;
}

Pooled pool(const std::vector<double>& values, double confidence) {
  Pooled pooled{0, std::numeric_limits<double>::infinity(), values.size()};
  for (const double value : values) pooled.mean += value / static_cast<double>(values.size());
  if (values.size() < 2) return pooled;
  double squares = 0;
  for (const double value : values) squares += (value - pooled.mean) * (value - pooled.mean);
  const auto n = static_cast<double>(values.size());
  pooled.half = workers::student_quantile(0.5 + confidence / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
  return pooled;
}

std::string pooled_comparison(const std::vector<workers::Record>& records, const std::vector<ArmMeasures>& arms) {
  std::vector<Seeds> effects;
  std::size_t least = arms.front().chains.size(), most = least;
  for (const auto& arm : arms) {
    Seeds& seeds = effects.emplace_back();
    for (const auto& chain : arm.chains) seeds[chain.seed] = effects_of(records, chain);
    least = std::min(least, arm.chains.size());
    most = std::max(most, arm.chains.size());
  }
  const double confidence = arms.front().chains.front().confidence;
  std::string text = across("mean over seeds", records, arms, 0, [&](std::size_t a, const workers::Record& record) {
    return cell(values_of(effects[a], &record), confidence, record.decimals);
  });
  if (arms.size() > 1) {
    text += "\n" + across("less " + arms.front().name + ", by seed", records, arms, 1,
                          [&](std::size_t a, const workers::Record& record) {
                            return cell(paired(effects[a], effects[0], &record), confidence, record.decimals);
                          });
  }
  const std::string seeds =
      least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
  text += "\nchange from first to last generation; " + seeds + " seeds an arm; ± half of the " +
          significant_text(100 * confidence, 6) + " % interval between seeds";
  return text + "\n(Student's t); * where it leaves out 0, each measure by itself";
}

}  // namespace genloss::orchestrator

#include "orchestrator/show/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "jobs/error.hpp"
#include "jobs/permutation.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator::show {
namespace {

constexpr std::string_view by_log_probability = "log_probability";

std::vector<std::uint64_t> random_ids(const DrawnSamples& samples, const Selection& selection, int generation) {
  const jobs::Permutation order(samples.size(),
                                {selection.seed, jobs::Purpose::looking, static_cast<std::uint32_t>(generation)});
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < std::min(selection.count, samples.size()); ++i) ids.push_back(samples.id(order(i)));
  std::ranges::sort(ids);
  return ids;
}

/// How bad a sample is: more is worse. Of what was drawn, not of the prompt. @return nothing where it cannot be told
std::optional<double> badness(const ShownRun& run, const std::string& measure, ShownSample& sample) {
  sample.measure = measure;
  if (measure == by_log_probability) {
    if (sample.drawn_tokens == 0) return std::nullopt;
    sample.value = sample.log_probability / static_cast<double>(sample.drawn_tokens);
    return -*sample.value;
  }
  const auto value = run.reading->value(measure, sample.text.substr(sample.prompt_bytes));
  if (!value) return std::nullopt;
  sample.value = value->value;
  return value->more_is_worse ? value->value : -value->value;
}

void check_measure(const ShownRun& run, const std::string& measure) {
  auto names = run.reading->measures();
  names.emplace_back(by_log_probability);
  if (std::ranges::find(names, measure) != names.end()) return;
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  throw Error(ExitCode::usage, "show", "--worst " + measure, "no measure of single samples has this name",
              "there are " + list);
}

std::vector<ShownSample> worst(const ShownRun& run, int generation, DrawnSamples& samples, const Selection& selection) {
  check_measure(run, selection.worst);
  std::vector<std::pair<double, std::uint64_t>> ranked;  // less is worse
  for (std::uint64_t i = 0; i < samples.size(); ++i) {
    ShownSample sample = shown(run, generation, samples, samples.id(i));
    if (const auto bad = badness(run, selection.worst, sample)) ranked.emplace_back(-*bad, sample.id);
  }
  if (ranked.empty()) {
    throw Error(ExitCode::usage, "show", "--worst " + selection.worst, "no sample is long enough to tell");
  }
  std::ranges::sort(ranked);
  ranked.resize(std::min<std::size_t>(ranked.size(), selection.count));
  std::vector<ShownSample> chosen;
  for (const auto& [bad, id] : ranked) {
    chosen.push_back(shown(run, generation, samples, id));
    (void)badness(run, selection.worst, chosen.back());
  }
  return chosen;
}

std::vector<ShownSample> sorted(const ShownRun& run, int generation, DrawnSamples& samples,
                                const Selection& selection) {
  const std::size_t colon = std::min(selection.sort.find(':'), selection.sort.size());
  const std::string address = selection.sort.substr(0, colon), order = selection.sort.substr(colon);
  if (!order.empty() && order != ":ascending" && order != ":descending") {
    throw Error(ExitCode::usage, "show", "--sort " + selection.sort, "'" + order.substr(1) + "' is no order",
                "--sort " + address + ":ascending, or :descending (the default)");
  }
  const workers::ColumnAddress column = workers::column_address(run.spec, address);
  const auto folder = run.paths.generation(generation).columns(column.column->name);
  if (!std::filesystem::exists(folder / "manifest.json")) {
    throw Error(ExitCode::usage, "show", "--sort " + selection.sort,
                "generation " + std::to_string(generation) + " of " + run.name() + " does not have the column",
                "it is made when its corpus is complete, and dropped with it");
  }
  const storage::CorpusReader reader(folder, std::make_shared<storage::ShardCache>());
  const auto values = workers::column_values(reader, column.value);
  std::vector<std::uint64_t> ids;
  for (std::uint64_t id = 0; id < values.size(); ++id) {
    if (samples.has(id)) ids.push_back(id);
  }
  const double sign = order == ":ascending" ? 1 : -1;
  std::ranges::stable_sort(ids, {}, [&](std::uint64_t id) {
    return std::isnan(values[id]) ? std::numeric_limits<double>::infinity() : sign * values[id];
  });
  ids.resize(std::min<std::size_t>(ids.size(), selection.count));
  std::vector<ShownSample> chosen;
  for (const std::uint64_t id : ids) chosen.push_back(shown(run, generation, samples, id));
  return chosen;
}

void check_sample(const ShownRun& run, int generation, const DrawnSamples& samples, std::uint64_t id) {
  if (samples.has(id)) return;
  throw Error(ExitCode::usage, "show",
              "sample " + std::to_string(id) + " of generation " + std::to_string(generation) + " of " + run.name(),
              samples.complete() ? "the corpus has samples 0 to " + std::to_string(samples.id(samples.size() - 1))
                                 : "it is not drawn yet: " + std::to_string(samples.size()) + " samples are");
}

}  // namespace

std::vector<ShownSample> select(const ShownRun& run, int generation, const Selection& selection) {
  DrawnSamples samples = run.samples(generation);
  std::vector<ShownSample> chosen;
  if (!selection.worst.empty()) {
    chosen = worst(run, generation, samples, selection);
  } else if (!selection.sort.empty()) {
    chosen = sorted(run, generation, samples, selection);
  } else if (selection.sample) {
    check_sample(run, generation, samples, *selection.sample);
    chosen.push_back(shown(run, generation, samples, *selection.sample));
  } else {
    for (const auto id : random_ids(samples, selection, generation)) {
      chosen.push_back(shown(run, generation, samples, id));
    }
  }
  add_sources(run, samples, chosen);
  add_columns(run, generation, chosen);
  return chosen;
}

}  // namespace genloss::orchestrator::show

#include "orchestrator/submit/sweep.hpp"

#include <cstdio>
#include <map>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "jobs/study_file.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto schema = "genloss sweep";
constexpr int version = 1;

std::string point_file(std::size_t index) { return zero_padded(index, 4) + ".ini"; }

void refuse_equal_runs(const Sweep& sweep, const std::vector<Axis>& axes) {
  std::map<fs::path, const SweepPoint*> seen;
  for (const auto& point : sweep.points) {
    const auto [other, is_new] = seen.emplace(point.candidate.run.root, &point);
    if (is_new) continue;
    throw Error(ExitCode::usage, "submit", "the sweep",
                "'" + point_text(axes, other->second->values) + "' and '" + point_text(axes, point.values) +
                    "' are one and the same run, " + point.candidate.run.root.filename().string(),
                "an axis that is outside the study digest (study.generations, [runtime]) cannot tell runs apart");
  }
}

storage::Digest digest_of(const Sweep& sweep) {
  storage::Sha256 all;
  for (const auto& point : sweep.points) all.digest(point.candidate.study);
  return all.finish();
}

}  // namespace

Sweep make_sweep(const SubmitRequest& request) {
  Sweep sweep;
  for (auto& values : grid(request.axes)) {
    Candidate candidate = check_candidate(request, overrides(request.axes, values));
    sweep.points.push_back({std::move(values), std::move(candidate), {}});
  }
  refuse_equal_runs(sweep, request.axes);
  const jobs::StudySpec& first = sweep.points.front().candidate.spec;
  const std::string name = first.study.name + "-" + digest_of(sweep).short_hex();
  sweep.name = "sweep-" + name;
  sweep.root = first.runtime.runs / "sweeps" / name;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) sweep.points[i].study = sweep.root / "points" / point_file(i);
  return sweep;
}

void save_sweep(const Sweep& sweep, const std::vector<Axis>& axes) {
  nlohmann::ordered_json manifest{{"name", sweep.name}, {"axes", nlohmann::ordered_json::array()}};
  for (const auto& axis : axes) manifest["axes"].push_back({{"option", axis.option}, {"values", axis.values}});
  manifest["points"] = nlohmann::ordered_json::array();
  for (const auto& point : sweep.points) {
    storage::write_text_durably(point.study, jobs::resolved_ini(point.candidate.spec));
    manifest["points"].push_back({{"values", point_text(axes, point.values)},
                                  {"study", fs::relative(point.study, sweep.root).string()},
                                  {"run", point.candidate.run.root.string()}});
  }
  storage::write_json_durably(sweep.root / "manifest.json", schema, version, std::move(manifest));
}

}  // namespace genloss::orchestrator

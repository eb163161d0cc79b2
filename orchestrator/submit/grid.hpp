#pragma once
// --set section.key=v1,v2,v3: axes, and the grid of all their combinations.

#include <string>
#include <vector>

namespace genloss::orchestrator {

struct Axis {
  std::string option;  ///< "policy.human_fraction"
  std::vector<std::string> values;
};

/// "section.key=v1,v2,v3"; a comma that belongs to a value is written `\,`.
/// @throws Error(usage) if it is not of that form, or a value is there twice
[[nodiscard]] Axis parse_axis(const std::string& text);

/// Values of one combination, in the order of the axes.
using GridPoint = std::vector<std::string>;
/// All combinations, the last axis changing fastest; one empty point without axes.
/// @throws Error(usage) if two axes have one option, or there are more points than an array can have
[[nodiscard]] std::vector<GridPoint> grid(const std::vector<Axis>& axes);

/// "--section.key=value" for each axis: what makes the point out of the study.
[[nodiscard]] std::vector<std::string> overrides(const std::vector<Axis>& axes, const GridPoint& point);
/// "policy.human_fraction=0.5 study.seed=2"
[[nodiscard]] std::string point_text(const std::vector<Axis>& axes, const GridPoint& point);

}  // namespace genloss::orchestrator

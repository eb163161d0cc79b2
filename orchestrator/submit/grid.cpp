#include "orchestrator/submit/grid.hpp"

#include <algorithm>
#include <set>

#include "jobs/error.hpp"

namespace genloss::orchestrator {
namespace {

constexpr std::size_t most_points = 10'000;

[[noreturn]] void refuse(const std::string& what, const std::string& cause) {
  throw Error(ExitCode::usage, "read", "--set " + what, cause,
              "--set section.key=v1,v2,v3; a comma inside a value is written \\,");
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> values(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',') {
      values.back() += text[++i];
    } else if (text[i] == ',') {
      values.emplace_back();
    } else {
      values.back() += text[i];
    }
  }
  return values;
}

}  // namespace

Axis parse_axis(const std::string& text) {
  const auto equals = text.find('=');
  const std::string option = text.substr(0, equals);
  const auto dot = option.find('.');
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 == option.size()) {
    refuse(text, "this names no option and its values");
  }
  Axis axis{option, split(text.substr(equals + 1))};
  for (const auto& value : axis.values) {
    if (value.empty()) refuse(text, "a value is empty");
  }
  if (std::set<std::string>(axis.values.begin(), axis.values.end()).size() != axis.values.size()) {
    refuse(text, "a value is there twice");
  }
  return axis;
}

std::vector<GridPoint> grid(const std::vector<Axis>& axes) {
  std::set<std::string> options;
  std::vector<GridPoint> points(1);
  for (const Axis& axis : axes) {
    if (!options.insert(axis.option).second) refuse(axis.option, "this option is set twice");
    if (points.size() * axis.values.size() > most_points) {
      refuse(axis.option, "the grid has more than " + std::to_string(most_points) + " points");
    }
    std::vector<GridPoint> more;
    for (const GridPoint& point : points) {
      for (const auto& value : axis.values) {
        more.push_back(point);
        more.back().push_back(value);
      }
    }
    points = std::move(more);
  }
  return points;
}

std::vector<std::string> overrides(const std::vector<Axis>& axes, const GridPoint& point) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < axes.size(); ++i) words.push_back("--" + axes[i].option + "=" + point[i]);
  return words;
}

std::string point_text(const std::vector<Axis>& axes, const GridPoint& point) {
  std::string text;
  for (std::size_t i = 0; i < axes.size(); ++i) text += (i > 0 ? " " : "") + axes[i].option + "=" + point[i];
  return text;
}

}  // namespace genloss::orchestrator

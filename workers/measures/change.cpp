#include "workers/measures/change.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace genloss::workers {

const Measure* find_measure(const std::vector<Measure>& measures, std::string_view name) {
  const auto found = std::find_if(measures.begin(), measures.end(), [&](const Measure& m) { return m.name == name; });
  return found == measures.end() ? nullptr : &*found;
}

Change change_between(const Measure& first, const Measure& last) {
  if (last.low > first.high) return Change::rose;
  if (last.high < first.low) return Change::fell;
  return Change::none;
}

std::string fixed_text(double value, int decimals) {
  if (std::isnan(value)) return "-";
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string describe_change(std::string_view label, const Measure& first, const Measure& last, int decimals) {
  const std::string from = fixed_text(first.value, decimals), to = fixed_text(last.value, decimals);
  const Change change = change_between(first, last);
  if (change == Change::none) return std::string(label) + " shows no clear change (" + from + ", " + to + ")";
  std::string text(label);
  text += change == Change::rose ? " rose from " : " fell from ";
  text += from + " to " + to;
  if (first.value > 0 && std::isfinite(last.value / first.value)) {
    const double percent = 100 * (last.value / first.value - 1);
    // From nearly nothing, a percentage says nothing.
    if (std::abs(percent) < 1000) text += " (" + std::string(percent > 0 ? "+" : "") + fixed_text(percent, 0) + " %)";
  }
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

}  // namespace genloss::workers

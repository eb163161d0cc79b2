#pragma once
// What the doctor says: one line, and how to mend what is wrong.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::orchestrator::doctor {

/// warning: a run works, but slower or less safely than it could. failed: a run would fail.
enum class Grade { ok, warning, failed };
[[nodiscard]] std::string_view name_of(Grade grade) noexcept;

struct Finding {
  Grade grade = Grade::ok;
  std::string topic;  ///< "network"
  std::string text;   ///< every number with its unit
  std::string fix;    ///< what to do; empty if ok
};
using Findings = std::vector<Finding>;

[[nodiscard]] inline Finding ok(std::string topic, std::string text) {
  return {Grade::ok, std::move(topic), std::move(text), {}};
}
[[nodiscard]] inline Finding warning(std::string topic, std::string text, std::string fix) {
  return {Grade::warning, std::move(topic), std::move(text), std::move(fix)};
}
[[nodiscard]] inline Finding failed(std::string topic, std::string text, std::string fix) {
  return {Grade::failed, std::move(topic), std::move(text), std::move(fix)};
}

/// "warning  network   ..." and, below it, "fix: ...".
[[nodiscard]] std::string to_text(const Finding& finding);
[[nodiscard]] nlohmann::ordered_json to_json(const Finding& finding);

}  // namespace genloss::orchestrator::doctor

#pragma once
// What the doctor and a plan say: one line, and how to mend what is wrong.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/error.hpp"

namespace genloss::orchestrator {

/// warning: a run works, but slower or less safely than it could. failed: a run would fail.
enum class Grade { ok, warning, failed };
[[nodiscard]] std::string_view name_of(Grade grade) noexcept;

struct Diagnostic {
  Grade grade = Grade::ok;
  std::string topic;               ///< "network"
  std::string text;                ///< every number with its unit
  std::string fix;                 ///< what to do; empty if ok
  ExitCode code = ExitCode::done;  ///< of a study that cannot run like this
};
using Diagnostics = std::vector<Diagnostic>;

namespace diagnostic {

[[nodiscard]] inline Diagnostic ok(std::string topic, std::string text) {
  return {Grade::ok, std::move(topic), std::move(text), {}};
}
[[nodiscard]] inline Diagnostic warning(std::string topic, std::string text, std::string fix) {
  return {Grade::warning, std::move(topic), std::move(text), std::move(fix)};
}
[[nodiscard]] inline Diagnostic failed(std::string topic, std::string text, std::string fix,
                                       ExitCode code = ExitCode::done) {
  return {Grade::failed, std::move(topic), std::move(text), std::move(fix), code};
}

}  // namespace diagnostic

/// "warning  network   ..." and, below it, "fix: ...".
[[nodiscard]] std::string to_text(const Diagnostic& diagnostic);
[[nodiscard]] nlohmann::ordered_json to_json(const Diagnostic& diagnostic);

}  // namespace genloss::orchestrator

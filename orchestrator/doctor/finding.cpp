#include "orchestrator/doctor/finding.hpp"

#include <cstdio>

namespace genloss::orchestrator::doctor {

std::string_view name_of(Grade grade) noexcept {
  switch (grade) {
    case Grade::ok:
      return "ok";
    case Grade::warning:
      return "warning";
    case Grade::failed:
      return "failed";
  }
  return "?";
}

std::string to_text(const Finding& finding) {
  char head[40];
  std::snprintf(head, sizeof head, "%-8s %-11s ", std::string(name_of(finding.grade)).c_str(), finding.topic.c_str());
  std::string text = head + finding.text;
  if (!finding.fix.empty()) text += "\n         fix: " + finding.fix;
  return text;
}

nlohmann::ordered_json to_json(const Finding& finding) {
  return {{"grade", name_of(finding.grade)}, {"topic", finding.topic}, {"text", finding.text}, {"fix", finding.fix}};
}

}  // namespace genloss::orchestrator::doctor

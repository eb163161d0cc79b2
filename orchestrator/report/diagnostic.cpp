#include "orchestrator/report/diagnostic.hpp"

#include "orchestrator/report/text_table.hpp"

namespace genloss::orchestrator {

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

std::string to_text(const Diagnostic& diagnostic) {
  std::string text =
      left(std::string(name_of(diagnostic.grade)), 8) + " " + left(diagnostic.topic, 11) + " " + diagnostic.text;
  if (!diagnostic.fix.empty()) text += "\n         fix: " + diagnostic.fix;
  return text;
}

nlohmann::ordered_json to_json(const Diagnostic& diagnostic) {
  return {{"grade", name_of(diagnostic.grade)},
          {"topic", diagnostic.topic},
          {"text", diagnostic.text},
          {"fix", diagnostic.fix}};
}

}  // namespace genloss::orchestrator

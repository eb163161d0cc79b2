// A study as text: resolved dump, identity, help and docs page, all out of the option table.

#include <algorithm>
#include <sstream>

#include "jobs/option_table.hpp"
#include "jobs/study_file.hpp"

namespace genloss::jobs {
namespace {

std::string dump(const StudySpec& spec, const std::function<bool(const Option&)>& wanted) {
  std::string text, section;
  for (const Option& option : option_table()) {
    if (!wanted(option)) continue;
    if (option.section != section) {
      text += (text.empty() ? "[" : "\n[") + option.section + "]\n";
      section = option.section;
    }
    text += option.key + " = " + option.get(spec) + "\n";
  }
  return text;
}

std::string facts(const Option& option, const StudySpec& defaults) {
  std::string text = option.type;
  if (!option.range.empty()) text += ", " + option.range;
  if (!option.unit.empty()) text += ", in " + option.unit;
  const std::string value = option.get(defaults);
  return text + "; default " + (value.empty() ? "none" : value);
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.replace(at, 1, "\\|");
  return text;
}

}  // namespace

std::string resolved_ini(const StudySpec& spec) {
  return dump(spec, [](const Option&) { return true; });
}

std::string identity_text(const StudySpec& spec, const std::vector<std::string_view>& wanted) {
  return dump(spec, [&](const Option& option) {
    if (!option.in_digest) return false;
    if (wanted.empty()) return true;
    // A recipe is the same whatever the study is called: that is what lets arms share generations.
    if (option.name() == "study.name") return false;
    return std::find(wanted.begin(), wanted.end(), option.section) != wanted.end();
  });
}

std::string option_help(std::string_view section) {
  const StudySpec defaults;
  std::ostringstream text;
  for (const Section& s : sections()) {
    if (!section.empty() && s.name != section) continue;
    text << "[" << s.name << "]  " << s.help << "\n";
    for (const Option& option : option_table()) {
      if (option.section != s.name) continue;
      text << "  --" << option.name() << "\n      " << option.help << "\n      (" << facts(option, defaults) << ")\n";
    }
    text << "\n";
  }
  return text.str();
}

std::string option_markdown() {
  const StudySpec defaults;
  std::ostringstream text;
  text << "# Study options\n\n"
          "Every option is `key = value` under `[section]` in a study file and `--section.key=value` on the command "
          "line, where "
          "later wins.\nWhole numbers may end in k, M or G. Options marked ° are outside the study digest: they may "
          "change "
          "between starts of one run.\n\nThis page is generated from the option table (`genloss help options "
          "--markdown`).\n";
  for (const Section& s : sections()) {
    text << "\n## [" << s.name << "]\n\n"
         << s.help << "\n\n| option | type | default | unit | range | meaning |\n|---|---|---|---|---|---|\n";
    for (const Option& option : option_table()) {
      if (option.section != s.name) continue;
      const std::string value = option.get(defaults);
      text << "| `" << option.key << "`" << (option.in_digest ? "" : " °") << " | " << cell(option.type) << " | "
           << (value.empty() ? "" : "`" + value + "`") << " | " << option.unit << " | " << option.range << " | "
           << cell(option.help) << " |\n";
    }
  }
  return text.str();
}

}  // namespace genloss::jobs

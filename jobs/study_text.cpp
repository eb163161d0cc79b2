// A study as text: resolved dump, identity, help and docs page, all out of the option table.

#include <algorithm>
#include <sstream>

#include "jobs/chains.hpp"
#include "jobs/columns.hpp"
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

std::string arms_text(const StudySpec& spec) {
  std::string text;
  for (const Arm& arm : spec.arms) text += arm.name + " = " + arm_text(arm) + "\n";
  return text.empty() ? text : "\n[arms]\n" + text;
}

std::string columns_text(const StudySpec& spec, const std::function<std::string(const ColumnOrder&)>& text_of) {
  std::string text;
  for (const ColumnOrder& column : spec.columns) text += column.name + " = " + text_of(column) + "\n";
  return text.empty() ? text : "\n[columns]\n" + text;
}

/// Of [columns], for help: scorers and their settings.
std::string scorers_help() {
  std::string text = "[columns]  What scorers say of every sample of a corpus: NAME = SCORER setting=value ...\n";
  for (const Registered* scorer : registered(scorer_option)) {
    text += "  " + scorer->name + "\n      " + scorer->help + "\n";
    for (const Setting& s : scorer->settings) {
      text += "      " + s.name + "=" + (s.value.empty() ? "..." : s.value) + "  " + s.help + " (" + s.type + ")\n";
    }
  }
  return text + "\n";
}

std::string kind(const Option& option) {
  return option.type + (option.range.empty() ? "" : ", " + option.range) +
         (option.unit.empty() ? "" : ", in " + option.unit);
}

/// "study.family = gaussian, transformer"; nothing if it concerns all.
std::string only_with(const Option& option) {
  std::string text, last;
  for (const Option::User& user : option.only_with) {
    text += user.option == last ? ", " + user.value : (text.empty() ? "" : "; ") + user.option + " = " + user.value;
    last = user.option;
  }
  return text;
}

std::string facts(const Option& option, const StudySpec& defaults) {
  const std::string value = option.get(defaults);
  return kind(option) + "; default " + (value.empty() ? "none" : value) +
         (option.only_with.empty() ? "" : "; only with " + only_with(option));
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.replace(at, 1, "\\|");
  return text;
}

}  // namespace

std::string expectation(const Option& option) { return kind(option) + ". " + option.help; }

std::string resolved_ini(const StudySpec& spec) {
  return dump(spec, [](const Option&) { return true; }) + columns_text(spec, column_text) + arms_text(spec);
}

std::string identity_text(const StudySpec& spec, const std::vector<std::string_view>& wanted) {
  const StudySpec defaults;
  const std::string options = dump(spec, [&](const Option& option) {
    if (!option.in_digest || !option.concerns(spec)) return false;
    if (option.silent_at_default && option.get(spec) == option.get(defaults)) return false;
    if (wanted.empty()) return true;
    // A recipe is the same whatever the study is called: that is what lets arms share generations.
    if (option.name() == "study.name") return false;
    return std::find(wanted.begin(), wanted.end(), option.section) != wanted.end();
  });
  return wanted.empty() ? options + columns_text(spec, identity_of) + arms_text(spec) : options;
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
  if (section.empty() || section == "columns") text << scorers_help();
  return text.str();
}

std::string option_markdown() {
  const StudySpec defaults;
  std::ostringstream text;
  text
      << "# Study options\n\n"
         "Every option is `key = value` under `[section]` in a study file, where `#` begins a comment, and\n"
         "`--section.key=value` on the command line, where later wins. Whole numbers may end in k, M or G.\n"
         "A list is separated by commas. A relative path is taken from the folder of the study file, on the command\n"
         "line from the current folder; `runtime.runs` always from the current folder.\n\n"
         "Options marked ° are outside the study digest: they may change between starts of one run. An option that\n"
         "concerns some families or policies alone (column *only with*) is read and checked in any study, is in the "
         "digest of\n"
         "those, and is not used in others.\n\n"
         "`[arms]` names arms by the options in which they differ from the study's own, values with blanks in quotes:\n"
         "`half = policy.name=human_fraction policy.human_fraction=0.5`. A run makes the chain of every arm and "
         "seed.\n\n"
         "`[columns]` names what scorers say of every sample ([columns.md](columns.md)): `loops = repetition n=4`.\n\n"
         "This page is generated from the option table; a test compares the two\n"
         "(`GENLOSS_WRITE_DOCS=1 build/release/tests_jobs` writes it anew).\n";
  for (const Section& s : sections()) {
    text << "\n## [" << s.name << "]\n\n"
         << s.help
         << "\n\n| option | type | default | unit | range | only with | meaning |\n|---|---|---|---|---|---|---|\n";
    for (const Option& option : option_table()) {
      if (option.section != s.name) continue;
      const std::string value = option.get(defaults);
      text << "| `" << option.key << "`" << (option.in_digest ? "" : " °") << " | " << cell(option.type) << " | "
           << (value.empty() ? "" : "`" + value + "`") << " | " << option.unit << " | " << option.range << " | "
           << (option.only_with.empty() ? "all" : only_with(option)) << " | " << cell(option.help) << " |\n";
    }
  }
  text << "\n## [columns]\n\nNAME = SCORER setting=value ... The scorers:\n\n| scorer | setting | default | value | "
          "meaning |\n"
          "|---|---|---|---|---|\n";
  for (const Registered* scorer : registered(scorer_option)) {
    text << "| `" << scorer->name << "` |  |  |  | " << cell(scorer->help) << " |\n";
    for (const Setting& setting : scorer->settings) {
      text << "|  | `" << setting.name << "` | " << (setting.value.empty() ? "" : "`" + setting.value + "`") << " | "
           << cell(setting.type) << " | " << cell(setting.help) << " |\n";
    }
  }
  return text.str();
}

}  // namespace genloss::jobs

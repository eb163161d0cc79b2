#include "jobs/columns.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"

namespace genloss::jobs {
namespace {

[[noreturn]] void refuse_column(const std::string& where, const std::string& name, const std::string& cause,
                                const std::string& hint) {
  throw Error(ExitCode::usage, "read study", where + ", column " + name, cause, hint);
}

/// A folder, and what stands before the dot of NAME.VALUE.
bool may_name_a_column(const std::string& name) {
  const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 64 && name.front() != '-' && std::all_of(name.begin(), name.end(), fits);
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::string nearest_or_all(std::string_view wrong, const std::vector<std::string>& names, const std::string& what) {
  const std::string near = nearest(wrong, names);
  if (!near.empty()) return "did you mean '" + near + "'?";
  return names.empty() ? "it has no " + what : what + ": " + joined_names(names);
}

const Registered& scorer_called(const std::string& scorer, const std::string& where, const std::string& column) {
  std::vector<std::string> names;
  for (const Registered* known : registered(scorer_option)) {
    if (known->name == scorer) return *known;
    names.push_back(known->name);
  }
  refuse_column(where, column, "there is no scorer '" + scorer + "'", nearest_or_all(scorer, names, "scorers"));
}

const Setting& setting_called(const Registered& scorer, const std::string& name, const std::string& where,
                              const std::string& column) {
  std::vector<std::string> names;
  for (const Setting& setting : scorer.settings) {
    if (setting.name == name) return setting;
    names.push_back(setting.name);
  }
  refuse_column(where, column, "the scorer " + scorer.name + " has no setting '" + name + "'",
                nearest_or_all(name, names, "settings"));
}

/// "NAME=VALUE" of a scorer, checked.
std::pair<std::string, std::string> setting_from(const std::string& word, const Registered& scorer,
                                                 const std::string& where, const std::string& column) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) {
    refuse_column(where, column, "'" + word + "' is no setting",
                  "a column is a scorer and its settings: NAME = SCORER setting=value");
  }
  const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
  const Setting& setting = setting_called(scorer, name, where, column);
  try {
    setting.check(value);
  } catch (const std::invalid_argument& e) {
    refuse_column(where, column + ", setting " + name, e.what(), setting.type + ". " + setting.help);
  }
  return {name, value};
}

const Setting& setting_in(const Registered& scorer, std::string_view name) {
  for (const Setting& setting : scorer.settings) {
    if (setting.name == name) return setting;
  }
  throw Error(ExitCode::internal, "read settings of", "scorer " + scorer.name,
              "it has no setting '" + std::string(name) + "'");
}

}  // namespace

void set_column(StudySpec& study, const std::string& name, const std::string& text, const std::string& where) {
  if (!may_name_a_column(name)) {
    refuse_column(where, "'" + name + "'", "the name of a column is a folder, and stands before a dot",
                  "use letters, digits, '-' and '_', at most 64 of them");
  }
  std::vector<std::string> words;
  try {
    words = words_of(text);
  } catch (const std::invalid_argument& e) {
    refuse_column(where, name, e.what(), "end the value with a quote");
  }
  if (words.empty()) refuse_column(where, name, "it names no scorer", "NAME = SCORER setting=value");
  if (text.find_first_of("#\n\r") != std::string::npos) {
    refuse_column(where, name, "it holds a '#' or a line break, which study.ini cannot", "rename the file or folder");
  }
  const Registered& scorer = scorer_called(words.front(), where, name);
  ColumnOrder column{name, scorer.name, {}};
  std::set<std::string> said;
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    column.settings.push_back(setting_from(*word, scorer, where, name));
    if (!said.insert(column.settings.back().first).second) {
      refuse_column(where, name, "the setting '" + column.settings.back().first + "' is said twice",
                    "keep one of them");
    }
  }
  const auto there =
      std::find_if(study.columns.begin(), study.columns.end(), [&](const ColumnOrder& c) { return c.name == name; });
  if (there == study.columns.end()) {
    study.columns.push_back(std::move(column));
  } else {
    *there = std::move(column);
  }
}

std::string column_text(const ColumnOrder& column) {
  std::string text = column.scorer;
  for (const auto& [name, value] : column.settings) text += " " + quoted_word(name + "=" + value);
  return text;
}

std::vector<std::pair<std::string, std::string>> settings_of(const ColumnOrder& column) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Setting& setting : registered(scorer_option, column.scorer).settings) {
    all.emplace_back(setting.name, setting.value);
    for (const auto& [name, value] : column.settings) {
      if (name == setting.name) all.back().second = value;
    }
  }
  return all;
}

std::string setting_of(const ColumnOrder& column, std::string_view name) {
  (void)setting_in(registered(scorer_option, column.scorer), name);
  for (const auto& [known, value] : settings_of(column)) {
    if (known == name) return value;
  }
  return {};
}

std::string identity_of(const ColumnOrder& column) {
  const Registered& scorer = registered(scorer_option, column.scorer);
  std::string text = column.scorer;
  for (const auto& [name, value] : settings_of(column)) {
    text += " " + quoted_word(name + "=" + (setting_in(scorer, name).is_path(value) ? "path" : value));
  }
  return text;
}

std::vector<std::filesystem::path> paths_of(const ColumnOrder& column) {
  const Registered& scorer = registered(scorer_option, column.scorer);
  std::vector<std::filesystem::path> paths;
  for (const auto& [name, value] : settings_of(column)) {
    if (setting_in(scorer, name).is_path(value)) paths.emplace_back(value);
  }
  return paths;
}

const ColumnOrder* find_column(const StudySpec& study, std::string_view name) noexcept {
  for (const ColumnOrder& column : study.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

void make_paths_absolute(ColumnOrder& column, const std::filesystem::path& folder) {
  const Registered& scorer = registered(scorer_option, column.scorer);
  for (auto& [name, value] : column.settings) {
    const std::filesystem::path path = value;
    if (setting_in(scorer, name).is_path(value) && path.is_relative()) {
      value = (folder / path).lexically_normal().string();
    }
  }
}

std::string with_absolute_paths(const std::string& text, const std::filesystem::path& folder) {
  StudySpec scratch;
  set_column(scratch, "column", text, "study");
  make_paths_absolute(scratch.columns.front(), folder);
  return column_text(scratch.columns.front());
}

void check_columns(const StudySpec& study) {
  std::set<std::string> scorers;
  for (const ColumnOrder& column : study.columns) {
    if (scorers.insert(column.scorer).second) registered(scorer_option, column.scorer).check(study);
  }
}

}  // namespace genloss::jobs

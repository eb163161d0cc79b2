#pragma once
// The one table of options: parsing, help, the docs page, the resolved dump and the digest all come from it.

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::jobs {

/// One option, `section.key`.
struct Option {
  std::string section, key;
  std::string type;   ///< "integer", "number", "text", "path", "list", "yes/no", "a | b | c", "budget"
  std::string unit;   ///< "tokens", "s", ... or empty
  std::string range;  ///< in words, or empty
  std::string help;   ///< one sentence
  bool in_digest = true;
  bool silent_at_default = false;  ///< at its default it is in no digest
  /// What registered as its users: the values of other options that it concerns alone; empty: all.
  struct User {
    std::string option, value;  ///< "study.family", "gaussian"
  };
  std::vector<User> only_with;
  /// Sets the value from text. @throws std::invalid_argument saying what is wrong with the value
  std::function<void(StudySpec&, std::string_view)> set;
  /// The value as text that set() reads back to the same value.
  std::function<std::string(const StudySpec&)> get;

  [[nodiscard]] std::string name() const { return section + "." + key; }
  /// Whether it has a meaning in this study. Setting one that has none is no error.
  [[nodiscard]] bool concerns(const StudySpec& spec) const;
};

/// What a value has to be, with the help sentence: the hint of an error about it.
[[nodiscard]] std::string expectation(const Option& option);

/// The paths that say what a study is made of, a line each. They are in no digest, because what lies there is; but two
/// of them are two things until that has been read.
[[nodiscard]] std::string places_of(const StudySpec& spec);

/// All options in the order of help and of study.ini.
[[nodiscard]] const std::vector<Option>& option_table();
/// Sections in table order with a sentence each.
struct Section {
  std::string name, help;
};
[[nodiscard]] const std::vector<Section>& sections();

}  // namespace genloss::jobs

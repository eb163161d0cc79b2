#pragma once
// What other rooms bring into a study: names that an option may have (a family of models, a policy), and sections of
// options of a type of their own. So whoever adds a family writes its options beside it, and nothing here.
//
// All is registered before main() begins; the option table is made when it is first asked for.

#include <any>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

namespace genloss::jobs {

struct Option;
struct Section;
struct StudySpec;

/// The values of registered sections, each by its type; at first, the defaults of all that are registered.
class Parts {
 public:
  Parts() : values_(defaults()) {}
  template <class T>
  [[nodiscard]] T& of() {
    return std::any_cast<T&>(value(typeid(T)));
  }
  template <class T>
  [[nodiscard]] const T& of() const {
    return std::any_cast<const T&>(const_cast<Parts*>(this)->value(typeid(T)));  // NOLINT: value() changes nothing
  }
  /// T{} becomes a part of every spec that is made from now on.
  template <class T>
  static void add() {
    defaults().try_emplace(typeid(T), T{});
  }

 private:
  using Values = std::map<std::type_index, std::any>;
  [[nodiscard]] static Values& defaults();
  /// @throws Error(internal) for a type that is not registered
  [[nodiscard]] std::any& value(const std::type_info& type);
  Values values_;
};

/// A setting of something that the study itself names: `n` of the column `loops = repetition n=4`.
struct Setting {
  std::string name, help;
  std::string type;   ///< in words: "whole number, 1 to 16"
  std::string value;  ///< where it is not said
  /// @throws std::invalid_argument saying what is wrong with a value
  std::function<void(std::string_view)> check = [](std::string_view) {};
  /// Whether a value is a path: made absolute when it is read, and in no digest, because what lies there is.
  std::function<bool(std::string_view)> is_path = [](std::string_view) { return false; };
};

/// A value that an option takes by name: "gaussian" of study.family, "replace" of policy.name.
struct Registered {
  std::string option;             ///< "study.family"
  std::string name, help;         ///< help: one sentence
  std::vector<std::string> uses;  ///< sections and options that concern this and others that name them, and nobody else
  /// What can be said of a study with it without data. @throws Error(usage)
  std::function<void(const StudySpec&)> check = [](const StudySpec&) {};
  std::vector<Setting> settings{};  ///< that it takes where a study names it (a scorer in [columns])
};

/// @throws std::logic_error if the option has a value of that name already, or the option table has been made
void add(Registered value);
/// A section of the study file with its options; T holds their values. @throws std::logic_error as add()
void add(const Section& section, const std::vector<Option>& options);
template <class T>
void add(const Section& section, const std::vector<Option>& options) {
  Parts::add<T>();
  add(section, options);
}

/// What an option may be, by name. @param option "study.family"
[[nodiscard]] std::vector<const Registered*> registered(std::string_view option);
/// @throws Error(usage) naming the nearest if there is none
[[nodiscard]] const Registered& registered(std::string_view option, std::string_view name);

}  // namespace genloss::jobs

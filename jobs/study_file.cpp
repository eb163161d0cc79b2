#include "jobs/study_file.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>

#include "jobs/chains.hpp"
#include "jobs/columns.hpp"
#include "jobs/error.hpp"
#include "jobs/option_table.hpp"

namespace genloss::jobs {
namespace fs = std::filesystem;
namespace po = boost::program_options;
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::usage, "read study", where, cause, hint);
}

std::string option_in(const std::string& where, const std::string& name) { return where + ", option " + name; }

const Option& option_called(const std::string& name, const std::string& where) {
  for (const Option& option : option_table()) {
    if (option.name() == name) return option;
  }
  const std::string near = nearest_option(name);
  refuse(option_in(where, name), "there is no such option",
         near.empty() ? "docs/study-options.md lists all options" : "did you mean '" + near + "'?");
}

constexpr std::string_view arms_prefix = "arms.", columns_prefix = "columns.";

/// Something that the user names: an arm or a column.
bool is_named_by_user(std::string_view option) {
  return option.starts_with(arms_prefix) || option.starts_with(columns_prefix);
}

void assign(StudySpec& spec, const std::string& name, const std::string& value, const std::string& where) {
  if (name.rfind(arms_prefix, 0) == 0) {
    set_arm(spec, name.substr(arms_prefix.size()), value, where);
    return;
  }
  if (name.starts_with(columns_prefix)) return set_column(spec, name.substr(columns_prefix.size()), value, where);
  const Option& option = option_called(name, where);
  try {
    option.set(spec, value);
  } catch (const std::invalid_argument& e) {
    refuse(option_in(where, name), e.what(), expectation(option));
  }
}

/// @param words of a command line, among which arms and columns have names of the user's own
po::options_description described(const std::vector<std::string>& words = {}) {
  po::options_description all;
  std::set<std::string> named;
  for (const std::string& word : words) {
    const std::string name = word.substr(std::min<std::size_t>(2, word.size()), word.find('=') - 2);
    if (word.starts_with("--") && is_named_by_user(name)) named.insert(name);
  }
  for (const std::string& name : named) all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
  for (const Option& option : option_table()) {
    all.add_options()(option.name().c_str(), po::value<std::vector<std::string>>());
  }
  return all;
}

void apply(StudySpec& spec, const po::parsed_options& parsed, const std::string& where) {
  for (const auto& entry : parsed.options) {
    assign(spec, entry.string_key, entry.value.empty() ? "" : entry.value.front(), where);
  }
}

void refuse_duplicates(const po::parsed_options& parsed, const std::string& where) {
  std::set<std::string> seen;
  for (const auto& entry : parsed.options) {
    if (!seen.insert(entry.string_key).second) {
      refuse(option_in(where, entry.string_key), "it is given twice", "keep one of the two lines");
    }
  }
}

std::string text_of(const fs::path& file) {
  const auto bad = [&](const std::string& cause, const std::string& hint) {
    return Error(ExitCode::bad_data, "read study", file.string(), cause, hint);
  };
  std::error_code unseen;
  if (!fs::exists(file, unseen)) throw bad("no such file", "ready-made studies are in jobs/, e.g. jobs/tiny.ini");
  if (!fs::is_regular_file(file, unseen)) throw bad("not a file", "give the *.ini file itself");
  std::ifstream in(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) throw bad("cannot be read", "look at its permissions");
  if (content.find('\0') != std::string::npos) throw bad("not a text file", "give the *.ini file of a study");
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  return content.rfind(byte_order_mark, 0) == 0 ? content.substr(byte_order_mark.size()) : content;
}

void apply_file(StudySpec& spec, const fs::path& file) {
  std::istringstream content(text_of(file));
  try {
    const auto parsed = po::parse_config_file(content, described(), true);
    refuse_duplicates(parsed, file.string());
    apply(spec, parsed, file.string());
  } catch (const po::error& e) {
    throw Error(ExitCode::bad_data, "read study", file.string(), e.what(),
                "lines are 'key = value' under '[section]' headers");
  }
}

/// "--key value" becomes "--key=value", so that every word can be looked at alone.
std::vector<std::string> joined(const std::vector<std::string>& words) {
  std::vector<std::string> result;
  bool wants_value = false;
  for (const std::string& word : words) {
    const bool is_option = word.rfind("--", 0) == 0;
    if (wants_value && !is_option) {
      result.back().append("=").append(word);
    } else {
      result.push_back(word);
    }
    wants_value = is_option && word.find('=') == std::string::npos;
  }
  for (std::string& word : result) {
    // Program_options takes no empty value ("--data.test=" empties a list); a blank is trimmed when it is read.
    if (word.find('=') == word.size() - 1) word += ' ';
  }
  return result;
}

void apply_overrides(StudySpec& spec, const std::vector<std::string>& overrides) {
  const std::string where = "command line";
  const auto words = joined(overrides);
  for (const std::string& word : words) {
    if (word.rfind("--", 0) != 0 || word.size() == 2) {
      refuse(where, "'" + word + "' is not understood", "options are --section.key=value");
    }
    const std::string name = word.substr(2, word.find('=') - 2);
    if (!is_named_by_user(name)) (void)option_called(name, where);
    if (word.find('=') == std::string::npos)
      refuse(option_in(where, name), "it has no value", "options are --section.key=value");
  }
  try {
    const auto style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent;
    apply(spec, po::command_line_parser(words).options(described(words)).style(style).run(), where);
  } catch (const po::error& e) {
    refuse(where, e.what(), "options are --section.key=value");
  }
}

void make_absolute(fs::path& path, const fs::path& folder) {
  if (!path.empty() && path.is_relative()) path = (folder / path).lexically_normal();
}

/// A path that says what a study is made of, and so is taken from the folder of its file.
bool is_path_of_study(const std::string& name) {
  return std::any_of(option_table().begin(), option_table().end(), [&](const Option& option) {
    return option.name() == name && option.type == "path" && option.section != "runtime";
  });
}

void make_paths_absolute(StudySpec& spec, const fs::path& folder) {
  for (const Option& option : option_table()) {
    if (!is_path_of_study(option.name())) continue;
    fs::path path = option.get(spec);
    make_absolute(path, folder);
    option.set(spec, path.string());
  }
  for (ColumnOrder& column : spec.columns) make_paths_absolute(column, folder);
}

void make_arms_absolute(StudySpec& spec, const fs::path& folder) {
  for (Arm& arm : spec.arms) {
    for (auto& [option, value] : arm.options) {
      if (option.starts_with(columns_prefix)) value = with_absolute_paths(value, folder);
      if (!is_path_of_study(option)) continue;
      fs::path path = value;
      make_absolute(path, folder);
      value = path.string();
    }
  }
}

}  // namespace

void set_option(StudySpec& spec, const std::string& name, const std::string& value, const std::string& where) {
  assign(spec, name, value, where);
}

StudySpec read_study(const fs::path& file, const std::vector<std::string>& overrides) {
  StudySpec spec;
  apply_file(spec, file);
  const fs::path folder = fs::absolute(file).parent_path();
  make_paths_absolute(spec, folder);
  make_arms_absolute(spec, folder);
  apply_overrides(spec, overrides);
  make_paths_absolute(spec, fs::current_path());
  make_absolute(spec.runtime.runs, fs::current_path());
  make_arms_absolute(spec, fs::current_path());
  check(spec);
  for (const Chain& chain : chains_of(spec)) check(chain.spec);
  return spec;
}

RuntimeSection read_runtime(const std::vector<std::string>& overrides) {
  for (const std::string& word : overrides) {
    if (word.rfind("--", 0) == 0 && word.rfind("--runtime.", 0) != 0 && word.find('.') != std::string::npos) {
      refuse("command line", "'" + word + "' is an option of a study",
             "give the study file too, or options of [runtime] alone");
    }
  }
  StudySpec spec;
  apply_overrides(spec, overrides);
  make_absolute(spec.runtime.runs, fs::current_path());
  return spec.runtime;
}

std::string nearest_option(std::string_view wrong) {
  const std::string_view key = wrong.substr(wrong.find('.') + 1);
  std::string best;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const Option& option : option_table()) {
    // A right key under a wrong section, or under none, is the commonest slip.
    const std::size_t distance = std::min(edit_distance(option.name(), wrong), 1 + edit_distance(option.key, key));
    if (distance < least) {
      least = distance;
      best = option.name();
    }
  }
  return best;
}

}  // namespace genloss::jobs

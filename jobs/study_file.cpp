#include "jobs/study_file.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "jobs/error.hpp"
#include "jobs/option_table.hpp"

namespace genloss::jobs {
namespace fs = std::filesystem;
namespace po = boost::program_options;
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

[[noreturn]] void refuse(const std::string& where, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::usage, "read study", where, cause, hint);
}

const Option& option_called(const std::string& name, const std::string& where) {
  for (const Option& option : option_table()) {
    if (option.name() == name) return option;
  }
  const std::string near = nearest_option(name);
  refuse(where, "there is no option '" + name + "'",
         near.empty() ? "`genloss help options` lists all options" : "did you mean '" + near + "'?");
}

void assign(StudySpec& spec, const std::string& name, const std::string& value, const std::string& where) {
  const Option& option = option_called(name, where);
  try {
    option.set(spec, value);
  } catch (const std::invalid_argument& e) {
    refuse(where, name + ": " + e.what(),
           option.type + (option.range.empty() ? "" : ", " + option.range) +
               (option.unit.empty() ? "" : ", in " + option.unit) + ". " + option.help);
  }
}

po::options_description described() {
  po::options_description all;
  for (const Option& option : option_table()) {
    all.add_options()(option.name().c_str(), po::value<std::vector<std::string>>());
  }
  return all;
}

void apply(StudySpec& spec, const po::parsed_options& parsed, const std::string& where) {
  std::vector<std::string> seen;
  for (const auto& entry : parsed.options) {
    if (std::find(seen.begin(), seen.end(), entry.string_key) != seen.end() && where != "command line") {
      refuse(where, "option '" + entry.string_key + "' is given twice", "keep one of the two lines");
    }
    seen.push_back(entry.string_key);
    assign(spec, entry.string_key, entry.value.empty() ? "" : entry.value.front(), where);
  }
}

void apply_file(StudySpec& spec, const fs::path& file) {
  std::error_code missing;
  if (!fs::is_regular_file(file, missing)) {
    throw Error(ExitCode::bad_data, "read study", file.string(), "no such file",
                "ready-made studies are in jobs/, e.g. jobs/tiny.ini");
  }
  std::ifstream in(file);
  std::stringstream content;
  content << in.rdbuf();
  if (!in || content.str().find('\0') != std::string::npos) {
    throw Error(ExitCode::bad_data, "read study", file.string(), "not readable as text", "give an *.ini file");
  }
  try {
    apply(spec, po::parse_config_file(content, described(), true), file.string());
  } catch (const po::error& e) {
    throw Error(ExitCode::bad_data, "read study", file.string(), e.what(),
                "lines are 'key = value' under '[section]' headers");
  }
}

void apply_overrides(StudySpec& spec, const std::vector<std::string>& overrides) {
  const std::string where = "command line";
  for (const std::string& word : overrides) {
    if (word.rfind("--", 0) != 0) refuse(where, "'" + word + "' is not understood", "options are --section.key=value");
    const std::string name = word.substr(2, word.find('=') - 2);
    (void)option_called(name, where);
  }
  try {
    const auto style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                       po::command_line_style::long_allow_next;
    apply(spec, po::command_line_parser(overrides).options(described()).style(style).run(), where);
  } catch (const po::error& e) {
    refuse(where, e.what(), "options are --section.key=value");
  }
}

/// "--key value" becomes "--key=value", so that every word can be looked at alone.
std::vector<std::string> joined(const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const std::string& word : words) {
    const bool open =
        !result.empty() && result.back().rfind("--", 0) == 0 && result.back().find('=') == std::string::npos;
    if (open && word.rfind("--", 0) != 0) {
      result.back() += "=" + word;
    } else {
      result.push_back(word);
    }
  }
  return result;
}

void make_absolute(fs::path& path, const fs::path& folder) {
  if (!path.empty() && path.is_relative()) path = (folder / path).lexically_normal();
}

}  // namespace

StudySpec read_study(const fs::path& file, const std::vector<std::string>& overrides) {
  StudySpec spec;
  apply_file(spec, file);
  const fs::path folder = fs::absolute(file).parent_path();
  make_absolute(spec.data.source, folder);
  make_absolute(spec.model.base, folder);
  apply_overrides(spec, joined(overrides));
  for (fs::path* path : {&spec.data.source, &spec.model.base, &spec.runtime.runs})
    make_absolute(*path, fs::current_path());
  check(spec);
  return spec;
}

std::string nearest_option(std::string_view wrong) {
  const std::string_view key = wrong.substr(wrong.find('.') + 1);
  std::string best;
  std::size_t least = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  for (const Option& option : option_table()) {
    // A right key under a wrong section is the commonest slip.
    const std::size_t distance = option.key == key ? 1 : edit_distance(option.name(), wrong);
    if (distance < least) {
      least = distance;
      best = option.name();
    }
  }
  return best;
}

}  // namespace genloss::jobs

// A family of models is known in its folder alone.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

#include "tests/house/source_files.hpp"

namespace genloss::house {
namespace {

constexpr std::string_view families = "workers/families/";

std::string folder_of(const std::string& path) {
  if (!path.starts_with(families)) return {};
  const std::string inside = path.substr(families.size());
  return inside.find('/') == std::string::npos ? std::string() : inside.substr(0, inside.find('/'));
}

/// What names the family of each folder: its name in quotes, and the path of its headers.
std::map<std::string, std::set<std::string>> words_of_families() {
  std::map<std::string, std::set<std::string>> words;
  for (const auto& file : source_files()) {
    const std::string folder = folder_of(file.path);
    if (folder.empty()) continue;
    words[folder].insert(std::string(families) + folder + "/");
    std::smatch name;
    static const std::regex registered(R"x(type\.name = "([a-z_]+)";)x");
    if (std::regex_search(file.text, name, registered)) {
      words[folder].insert("\"" + name[1].str() + "\"");
      words[folder].insert("study.family = " + name[1].str());  // in a hint
    }
  }
  return words;
}

/// Places of `text` that name a family, comments left out.
std::set<std::string> naming(const std::string& text, const std::set<std::string>& words) {
  static const std::regex comment(R"(//[^\n]*)");
  const std::string code = std::regex_replace(text, comment, "");
  std::set<std::string> found;
  for (const std::string& word : words) {
    if (code.find(word) != std::string::npos) found.insert(word);
  }
  return found;
}

TEST(families, are_named_in_their_own_folders_alone) {
  const auto words = words_of_families();
  ASSERT_GE(words.size(), 2U) << "the families were not found";
  for (const auto& [folder, of_family] : words) {
    ASSERT_EQ(of_family.size(), 3U) << folder << " registers no name in family.cpp";
    for (const auto& file : source_files()) {
      if (file.path.starts_with("tests/") || folder_of(file.path) == folder) continue;
      auto found = naming(file.text, of_family);
      if (file.path == "jobs/study_spec.hpp") found.erase("\"transformer\"");  // the family of a study that names none
      for (const std::string& word : found) ADD_FAILURE() << file.path << " names " << word << " of " << folder;
    }
  }
}

TEST(families, are_found_where_another_file_names_one) {
  const std::set<std::string> words{"\"gaussian\"", "workers/families/gaussian/"};
  EXPECT_EQ(naming("if (family == \"gaussian\") return;\n", words).size(), 1U);
  EXPECT_EQ(naming("#include \"workers/families/gaussian/gaussian_fit.hpp\"\n", words).size(), 1U);
  EXPECT_EQ(naming("// as \"gaussian\" does\nreturn family.name;\n", words).size(), 0U);
}

}  // namespace
}  // namespace genloss::house

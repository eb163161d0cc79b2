#pragma once
// Every C++ source of the checkout, for tests about the house itself.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/house/include_rules.hpp"

namespace genloss::house {

struct SourceFile {
  std::string path;  ///< from the project's root, with slashes
  std::string text;
};

inline std::vector<SourceFile> source_files() {
  namespace fs = std::filesystem;
  static const Names kinds = {".hpp", ".cpp", ".h", ".cu", ".cuh", ".c"};
  const fs::path root(GENLOSS_SOURCE_DIR);
  Names rooms = product_rooms;
  rooms.emplace_back("tests");
  std::vector<SourceFile> files;
  for (const auto& room : rooms) {
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      if (std::find(kinds.begin(), kinds.end(), entry.path().extension()) == kinds.end()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      files.push_back({fs::relative(entry.path(), root).generic_string(),
                       {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace genloss::house

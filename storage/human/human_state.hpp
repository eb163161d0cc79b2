#pragma once
// What HumanData holds.

#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/human/human_data.hpp"
#include "storage/human/human_files.hpp"

namespace genloss::storage {

struct HumanData::State {
  std::filesystem::path source;
  ImportRules rules;
  std::vector<HumanFile> files;
  std::unordered_map<std::string, const HumanFile*> by_name;
  std::vector<Document> documents;
};

}  // namespace genloss::storage

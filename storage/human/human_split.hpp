#pragma once
// Which document goes where.

#include <vector>

#include "storage/human/human_data.hpp"

namespace genloss::storage {

/// Sets Document::split of all documents by the rules (see ImportRules) and checks the result.
/// @param source for messages
/// @throws Error(bad_data), see HumanData::import
void split_documents(const std::filesystem::path& source, const ImportRules& rules, std::vector<Document>& documents);

}  // namespace genloss::storage

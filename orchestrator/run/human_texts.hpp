#pragma once
// The user's text as a job reads it: copies in the store, named by their content. What the user does to the files
// meanwhile changes nothing.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "orchestrator/store/claim.hpp"
#include "storage/human/human_data.hpp"

namespace genloss::orchestrator {

/// A copy of the text of each data.source of a job, in RUNS/.store/human/DIGEST/.
class HumanTexts {
 public:
  /// Collective. The root copies what is not in the store, or is damaged there.
  /// @param claims of the root; null elsewhere
  /// @throws Error(bad_data) if a file changes while it is copied
  HumanTexts(comms::Communicator& ranks, const std::vector<const jobs::StudySpec*>& specs, const Store& store,
             Claims* claims);

  /// Collective. The root reads, validates and hashes the copy, the others map it. Nothing where models learn from
  /// none.
  /// @throws Error(input_output) if the copy is not what it was
  [[nodiscard]] std::optional<storage::HumanData> open(comms::Communicator& ranks, const jobs::StudySpec& spec) const;
  /// The folder in the store. Empty where models learn from no text.
  [[nodiscard]] std::filesystem::path folder(const jobs::StudySpec& spec) const;

 private:
  struct Copy {
    std::filesystem::path folder, source;  ///< to be imported: the folder, or the one file in it
    storage::Digest digest;
  };
  std::map<std::string, Copy> copies_;  // by data.source
};

}  // namespace genloss::orchestrator

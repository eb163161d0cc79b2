#pragma once
// Human text encoded by all ranks together, by grants, into token files; and those files checked.

#include <filesystem>
#include <functional>

#include "workers/family.hpp"
#include "workers/text/encoded/human_tokens.hpp"

namespace genloss::workers {

/// Collective. Files that are there are checked, byte by byte, and kept; missing ones are made, each by one rank; then
/// encoding.json is written. @param told on the rank that has done a part @return digest over the files, on all ranks
/// @throws Error(bad_data) if a file is damaged or of another text or tokenizer
[[nodiscard]] storage::Digest encode_together(comms::Communicator& ranks, const Distribute& distribute,
                                              const storage::HumanData& human, const Tokenizer& tokenizer,
                                              const std::filesystem::path& directory,
                                              const std::function<void(std::uint64_t part)>& told);

}  // namespace genloss::workers

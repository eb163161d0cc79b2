#pragma once
// How often every word of a text occurs: all that merges are learned from.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "comms/communicator.hpp"

namespace genloss::workers {

/// In byte order of the words, so that what is made of it depends on nothing else.
using WordCounts = std::map<std::string, std::uint64_t>;

/// Counts the words of documents 0 .. documents - 1 on all ranks together: each takes every size()-th. Collective; the
/// result is complete on rank 0 and empty elsewhere, and the same for any number of ranks. Memory: the distinct words.
[[nodiscard]] WordCounts count_words(comms::Communicator& ranks, std::size_t documents,
                                     const std::function<std::string_view(std::size_t document)>& text);

}  // namespace genloss::workers

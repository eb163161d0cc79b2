#pragma once
// What is wrong with the order in which a run wrote, synced, named and told.

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/faults/powerloss/disk.hpp"

namespace genloss::powerloss {

/// Of the calls of an undisturbed run, without those that are `left_out`.
[[nodiscard]] std::set<std::string> complaints_of(const std::filesystem::path& root, const std::vector<Record>& records,
                                                  const std::function<bool(const Record&)>& left_out);
/// Of what a power loss would leave behind the last call, of several runs one after the other, too.
[[nodiscard]] std::set<std::string> complaints_of_end(const std::filesystem::path& root,
                                                      const std::vector<Record>& records);

}  // namespace genloss::powerloss

#pragma once
// Results of items of work, on disk in small sealed blocks: what a later start of the same work need not do again.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::orchestrator {

/// Bytes of items that are done, by item.
using ItemResults = std::map<std::uint64_t, std::vector<std::byte>>;

/// Appends an item's result, as it is sealed and sent.
void put_result(std::string& text, std::uint64_t item, const std::vector<std::byte>& result);
/// Adds what put_result() wrote.
void take_results(std::string_view text, ItemResults& all);

/// What earlier starts have sealed in `folder` of a work of `items` items; nothing if there is no such folder. Blocks
/// that are damaged, of another number of items or by another `maker` are removed: their items are done again. Local.
[[nodiscard]] ItemResults read_sealed_results(const std::filesystem::path& folder, std::uint64_t items,
                                              const std::string& maker);

/// One rank's share of a work. A block is sealed as soon as it holds so many seconds of work, however long items are.
class ResultBlocks {
 public:
  /// @param maker what the bytes depend on besides the work itself: the program
  /// @param name of this rank in this start; no other one writes blocks of this name
  ResultBlocks(std::filesystem::path folder, std::uint64_t items, std::string maker, std::string name)
      : folder_(std::move(folder)), items_(items), maker_(std::move(maker)), name_(std::move(name)) {}

  /// @param seconds that the item took @throws Error(input_output)
  void add(std::uint64_t item, const std::vector<std::byte>& result, double seconds);
  /// Seals what is not sealed, if it is worth `least_seconds` of work.
  void seal(double least_seconds = 0);
  [[nodiscard]] std::uint64_t sealed() const noexcept { return blocks_; }

  static constexpr double block_seconds = 2;  ///< a kill costs a rank at most so much, and an item

 private:
  std::filesystem::path folder_;
  std::uint64_t items_;
  std::string maker_, name_;
  std::string open_;  // entries of the block that is not sealed yet
  double seconds_ = 0;
  std::uint64_t blocks_ = 0;
};

}  // namespace genloss::orchestrator

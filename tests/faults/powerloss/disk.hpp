#pragma once
// A disk that remembers what a power loss would leave: replays recorded calls, and knows for every file and folder what
// is only in memory and what has been synced.
//
// The promises of POSIX, and no more: fsync of a file makes its content durable, fsync of a folder the names in it.
// (ext4 and XFS keep more; what holds here holds there.)

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/powerloss/record.hpp"

namespace genloss::powerloss {

struct Record {
  Operation operation;
  bool injected = false;
  std::int32_t process = 0, descriptor = -1;
  std::uint64_t offset = 0, call = 0;
  std::string path, other, bytes;
};

[[nodiscard]] std::vector<Record> read_records(const std::filesystem::path& log);
/// "fsync generation-000/mix.json", for messages.
[[nodiscard]] std::string text_of(const Record& record, const std::filesystem::path& root);

/// What a power loss leaves of what was not synced.
enum class Loss {
  everything,  ///< no unsynced name, no unsynced byte
  bytes,       ///< names are there, unsynced bytes are not: the classic empty file after a rename without fsync
  half,        ///< names are there, and the first half of the unsynced bytes of each file
  nothing      ///< all is there, as after a kill
};
constexpr Loss losses[] = {Loss::everything, Loss::bytes, Loss::half, Loss::nothing};
[[nodiscard]] const char* name_of(Loss loss);

/// A file, folder or symbolic link.
struct Node {
  bool folder = false;
  std::string target;                                                ///< of a symbolic link
  std::string content, synced;                                       ///< of a file
  std::vector<Record> pending;                                       ///< writes and truncations since the last sync
  std::map<std::string, std::shared_ptr<Node>> names, synced_names;  ///< of a folder

  [[nodiscard]] std::string content_after(Loss loss) const;
  [[nodiscard]] const auto& names_after(Loss loss) const { return loss == Loss::everything ? synced_names : names; }
};

class Disk {
 public:
  /// @param root the folder that the recorded program worked in; it was empty, and is durable
  explicit Disk(std::filesystem::path root);
  void apply(const Record& record);
  /// path below the root -> content, of every file after a loss now.
  [[nodiscard]] std::map<std::string, std::string> files_after(Loss loss) const;
  /// Makes the folders and files in the empty folder `to`, hard links as hard links.
  void materialize(Loss loss, const std::filesystem::path& to) const;
  /// What is at `path` now. @return null if nothing
  [[nodiscard]] std::shared_ptr<Node> at(const std::filesystem::path& path) const;

 private:
  /// The folder that holds `path`, which must be there.
  [[nodiscard]] Node& folder_of(const std::filesystem::path& path) const;
  std::filesystem::path root_;
  std::shared_ptr<Node> top_;
  std::map<std::pair<int, int>, std::shared_ptr<Node>> opened_;  ///< by process and descriptor
};

}  // namespace genloss::powerloss

#pragma once
// journal.jsonl: what has happened in a run, one line per transition, append-only, each line with its CRC32C.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace genloss::storage {

/// Append-only JSON lines: {"crc":"xxxxxxxx", ..., "line":N}; the CRC covers the line's JSON without the crc member,
/// and lines are numbered from 1, so that a lost one leaves a gap.
class Journal {
 public:
  /// Opens for appending, creates if missing; a torn last line is cut off.
  /// @throws Error(bad_data) if a line that is not the last one is damaged or lost (its number is named)
  explicit Journal(std::filesystem::path path);
  /// Appends and fsyncs one line.
  void append(nlohmann::ordered_json entry);
  [[nodiscard]] const std::vector<nlohmann::json>& entries() const noexcept { return entries_; }

  /// Reads without opening for writing (for `status` while a run is going on); a torn last line is ignored.
  [[nodiscard]] static std::vector<nlohmann::json> read(const std::filesystem::path& path);

  struct Salvage {
    std::vector<nlohmann::json> entries;  ///< every good line, by number
    std::uint64_t damaged = 0;            ///< lines that do not fit their checksum
    bool whole = false;                   ///< nothing is damaged or lost, but for a torn last line
  };
  /// What can be read of a journal, whatever has happened to it; nothing of one that is not there.
  [[nodiscard]] static Salvage salvage(const std::filesystem::path& path);
  /// Puts a journal with these lines in place, durably; they are numbered anew.
  static void rewrite(const std::filesystem::path& path, const std::vector<nlohmann::json>& entries);

 private:
  std::filesystem::path path_;
  std::vector<nlohmann::json> entries_;
};

}  // namespace genloss::storage

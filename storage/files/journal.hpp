#pragma once
// journal.jsonl: what has happened in a run, one line per transition, append-only, each line with its CRC32C.

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace genloss::storage {

/// Append-only JSON lines: {"crc":"xxxxxxxx", ...}; the CRC covers the line's JSON without the crc member.
class Journal {
 public:
  /// Opens for appending, creates if missing; a torn last line is cut off.
  /// @throws Error(bad_data) if a line that is not the last one is damaged (its number is named)
  explicit Journal(std::filesystem::path path);
  /// Appends and fsyncs one line.
  void append(nlohmann::ordered_json entry);
  [[nodiscard]] const std::vector<nlohmann::json>& entries() const noexcept { return entries_; }

  /// Reads without opening for writing (for `status` while a run is going on); a torn last line is ignored.
  [[nodiscard]] static std::vector<nlohmann::json> read(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  std::vector<nlohmann::json> entries_;
};

}  // namespace genloss::storage

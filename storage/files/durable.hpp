#pragma once
// Files that are there whole or not at all.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace genloss::storage {

/// What is read whole into memory is at most so large.
constexpr std::uint64_t most_text_bytes = std::uint64_t{1} << 30;
/// Whole content. @throws Error(bad_data) if missing or larger than `most_bytes`, Error(input_output) if unreadable
[[nodiscard]] std::string read_text(const std::filesystem::path& path, std::uint64_t most_bytes = most_text_bytes);
/// Error(bad_data) for a file that is too large to be what it should be.
[[noreturn]] void throw_too_large(const std::filesystem::path& path, std::uint64_t bytes, std::uint64_t most_bytes);
/// Writes beside the target, fsyncs, renames over it, fsyncs the folder. Creates parent folders.
/// @throws Error(input_output), also for a full disk; the old file is then untouched and the temporary one is gone
void write_text_durably(const std::filesystem::path& path, std::string_view text);

/// JSON documents with a schema version. @throws Error(bad_data) naming the file if it is not JSON, of another
/// kind/version, or does not fit its "crc32c" member (which is not returned)
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path, std::string_view schema, int version);
/// Adds "schema" and "version" as first keys and "crc32c" (of the content, not of its layout) as last, writes durably
/// with 2-space indent and a final newline. Numbers that are not finite become null.
void write_json_durably(const std::filesystem::path& path, std::string_view schema, int version,
                        nlohmann::ordered_json body);

/// Creates the folder and what is missing above it; a power loss leaves their names.
/// @throws Error(input_output) naming the folder that could not be made
void create_directories_durably(const std::filesystem::path& path);
/// Removes the file if it is there; a power loss does not bring it back. @throws Error(input_output)
void remove_durably(const std::filesystem::path& file);
/// A copy of a file, not synced: for what is committed later. Shares blocks where the file system can
/// (copy_file_range). @throws Error(input_output)
void copy_contents(const std::filesystem::path& from, const std::filesystem::path& to);
void sync_file(const std::filesystem::path& path);
void sync_directory(const std::filesystem::path& path);
/// fsyncs every regular file below `from` and their folders, renames it to `to` (which must not exist), fsyncs the
/// parent.
void commit_directory(const std::filesystem::path& from, const std::filesystem::path& to);
/// Renames into `<parent>/.trash-*` first, then deletes: a half-deleted folder is never mistaken for a whole one.
void remove_directory(const std::filesystem::path& path) noexcept;
/// "X.partial-<job>-<attempt>" beside `target`.
[[nodiscard]] std::filesystem::path partial_path(const std::filesystem::path& target, std::string_view attempt);
/// Deletes every "*.partial-*" and ".trash-*" entry directly below `folder` (left by dead attempts).
void sweep_partials(const std::filesystem::path& folder);

}  // namespace genloss::storage

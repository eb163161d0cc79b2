#pragma once
// The only place where JSON is parsed: files come from users, other programs and damaged disks.
//
// The library's parser takes whatever nesting memory holds, but copying, printing and comparing what it made recurse,
// and end the process where the stack ends. So nesting and size are checked before it sees the text.

#include <cstdint>
#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

#include "storage/files/durable.hpp"

namespace genloss::storage {

struct JsonLimits {
  std::uint64_t bytes;
  int nesting = 64;  ///< of objects and lists in each other
};
/// A document of this program's own: the manifest of a corpus has an entry a shard.
constexpr JsonLimits document_limits{.bytes = std::uint64_t{1} << 30};
/// A document of another program's: tokenizer.json, config.json.
constexpr JsonLimits foreign_limits{.bytes = std::uint64_t{1} << 28};
/// A line of a journal or log, an attribute, a small record.
constexpr JsonLimits line_limits{.bytes = std::uint64_t{1} << 20};

/// @throws Error(bad_data) naming the file and the limit if `text` is above one
void check_json_limits(std::string_view text, const std::filesystem::path& file, JsonLimits limits);
[[noreturn]] void throw_not_json(const std::filesystem::path& file, const std::string& cause);

/// @tparam Json nlohmann::json or nlohmann::ordered_json
/// @param file where the text is from, for the message
/// @throws Error(bad_data) naming the file, and the limit or the place where it stops being JSON
template <class Json = nlohmann::json>
[[nodiscard]] Json parse_json(std::string_view text, const std::filesystem::path& file, JsonLimits limits) {
  check_json_limits(text, file, limits);
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw_not_json(file, error.what());
  }
}

/// The whole file as JSON. @throws as parse_json and read_text
template <class Json = nlohmann::json>
[[nodiscard]] Json parse_json_file(const std::filesystem::path& file, JsonLimits limits) {
  return parse_json<Json>(read_text(file, limits.bytes), file, limits);
}

/// One line that may be torn. @return a discarded value (`is_discarded`) if it is not JSON or above `line_limits`
[[nodiscard]] nlohmann::json parse_json_line(std::string_view line);

}  // namespace genloss::storage

#include "storage/files/journal.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"
#include "storage/files/json.hpp"

namespace genloss::storage {
namespace {

constexpr std::string_view head = "{\"crc\":\"";
constexpr std::size_t crc_digits = 8;

std::string crc_text(std::string_view body) {
  std::array<char, crc_digits + 1> hex{};
  std::snprintf(hex.data(), hex.size(), "%08x", crc32c(std::as_bytes(std::span(body))));
  return hex.data();
}

/// `{...}` -> `{"crc":"xxxxxxxx",...}`
std::string line_of(const std::string& body) {
  const std::string separator = body == "{}" ? "" : ",";
  return std::string(head) + crc_text(body) + "\"" + separator + body.substr(1) + "\n";
}

/// The entry of one line without its newline, or nothing if the line is damaged.
std::optional<nlohmann::json> entry_of(std::string_view line, const std::filesystem::path& path) {
  const std::size_t after_crc = head.size() + crc_digits;
  if (!line.starts_with(head) || line.size() < after_crc + 2 || line[after_crc] != '"') return std::nullopt;
  std::string_view rest = line.substr(after_crc + 1);
  if (rest.starts_with(',')) rest.remove_prefix(1);
  const std::string body = "{" + std::string(rest);
  if (line.substr(head.size(), crc_digits) != crc_text(body)) return std::nullopt;
  auto entry = parse_json(body, path, line_limits);  // no crash makes a line that fits its checksum and is not JSON
  if (!entry.is_object()) return std::nullopt;
  return entry;
}

struct Content {
  std::vector<nlohmann::json> entries;
  std::uint64_t good_bytes = 0;  ///< up to the end of the last good line
  std::uint64_t bytes = 0;
};

Content read_content(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  Content content;
  content.bytes = text.size();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const bool whole = end != std::string::npos;
    const bool last = !whole || end + 1 == text.size();
    auto entry = whole ? entry_of(std::string_view(text).substr(begin, end - begin), path) : std::nullopt;
    if (!entry) {
      if (last) break;  // a write that a crash cut short; what it said has not happened
      throw Error(ExitCode::bad_data, "read journal", path.string(),
                  "line " + std::to_string(content.entries.size() + 1) + " does not fit its checksum",
                  "a journal is never damaged by a crash: restore it from a copy, or start the study in another "
                  "--runtime.runs folder");
    }
    content.entries.push_back(std::move(*entry));
    begin = end + 1;
    content.good_bytes = begin;
  }
  return content;
}

}  // namespace

Journal::Journal(std::filesystem::path path) : path_(std::move(path)) {
  const bool is_new = !std::filesystem::exists(path_);
  File file = File::append_to(path_);
  if (is_new) {
    file.sync();
    sync_directory(path_.has_parent_path() ? path_.parent_path() : ".");
    return;
  }
  Content content = read_content(path_);
  entries_ = std::move(content.entries);
  if (content.good_bytes == content.bytes) return;
  file.truncate(content.good_bytes);
  file.sync();
}

void Journal::append(nlohmann::ordered_json entry) {
  entry.erase("crc");
  const std::string body = entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  auto parsed = parse_json(body, path_, line_limits);
  File file = File::append_to(path_);
  const std::uint64_t before = file.size();
  try {
    file.write(line_of(body));
    file.sync();
  } catch (...) {
    // A full disk may have taken half of the line; later lines must not follow it.
    std::error_code ignored;
    std::filesystem::resize_file(path_, before, ignored);
    throw;
  }
  entries_.push_back(std::move(parsed));
}

std::vector<nlohmann::json> Journal::read(const std::filesystem::path& path) { return read_content(path).entries; }

}  // namespace genloss::storage

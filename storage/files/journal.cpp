#include "storage/files/journal.hpp"

#include <algorithm>
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
constexpr auto number_key = "line";

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

std::string body_of(nlohmann::ordered_json entry, std::size_t number) {
  entry.erase("crc");
  entry.erase(number_key);
  entry[number_key] = number;
  return entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
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

constexpr auto repair_hint = "no crash does that; `genloss repair RUN` rebuilds a journal from the folders of its run";

/// 0 if a line has none.
std::uint64_t number_of(const nlohmann::json& entry) {
  const auto number = entry.find(number_key);
  return number != entry.end() && number->is_number_unsigned() ? number->get<std::uint64_t>() : 0;
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
                  "line " + std::to_string(content.entries.size() + 1) + " does not fit its checksum", repair_hint);
    }
    if (const auto number = number_of(*entry); number != content.entries.size() + 1) {
      throw Error(ExitCode::bad_data, "read journal", path.string(),
                  "behind line " + std::to_string(content.entries.size()) + " comes line " + std::to_string(number) +
                      ": lines are lost",
                  repair_hint);
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
  const std::string body = body_of(std::move(entry), entries_.size() + 1);
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

Journal::Salvage Journal::salvage(const std::filesystem::path& path) {
  Salvage salvage;
  if (!std::filesystem::exists(path)) return salvage;
  const std::string text = read_text(path);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::optional<nlohmann::json> entry;
    try {
      if (end < text.size()) entry = entry_of(std::string_view(text).substr(begin, end - begin), path);
    } catch (const Error&) {
      entry.reset();  // it fits its checksum and is no line of a journal
    }
    begin = end + 1;
    if (entry) {
      salvage.entries.push_back(std::move(*entry));
    } else if (begin < text.size()) {
      ++salvage.damaged;
    }
  }
  salvage.whole = salvage.damaged == 0;
  for (std::size_t i = 0; i < salvage.entries.size(); ++i) {
    salvage.whole = salvage.whole && number_of(salvage.entries[i]) == i + 1;
  }
  std::stable_sort(salvage.entries.begin(), salvage.entries.end(),
                   [](const auto& a, const auto& b) { return number_of(a) < number_of(b); });
  return salvage;
}

void Journal::rewrite(const std::filesystem::path& path, const std::vector<nlohmann::json>& entries) {
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) text += line_of(body_of(nlohmann::ordered_json(entries[i]), i + 1));
  write_text_durably(path, text);
}

}  // namespace genloss::storage

#include "storage/files/json.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"

namespace genloss::storage {
namespace {

/// How deep objects and lists lie in each other. Exact for JSON; whatever else is refused by the parser.
std::uint64_t nesting_of(std::string_view text) noexcept {
  std::int64_t depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;  // what follows is never the end of the string
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return static_cast<std::uint64_t>(deepest);
}

bool is_nested_too_deeply(std::string_view text, JsonLimits limits) noexcept {
  return nesting_of(text) > static_cast<std::uint64_t>(limits.nesting);
}

}  // namespace

void check_json_limits(std::string_view text, const std::filesystem::path& file, JsonLimits limits) {
  if (text.size() > limits.bytes) throw_too_large(file, text.size(), limits.bytes);
  if (is_nested_too_deeply(text, limits)) {
    throw Error(ExitCode::bad_data, "read", file.string(),
                "its JSON is nested " + std::to_string(nesting_of(text)) + " deep; the limit is " +
                    std::to_string(limits.nesting),
                "no file that genloss reads is nested like this: it is damaged, or not what it seems");
  }
}

void throw_not_json(const std::filesystem::path& file, const std::string& cause) {
  throw Error(ExitCode::bad_data, "read", file.string(), "is not JSON (damaged or cut off): " + cause);
}

nlohmann::json parse_json_line(std::string_view line) {
  if (line.size() > line_limits.bytes || is_nested_too_deeply(line, line_limits)) {
    return nlohmann::json::value_t::discarded;
  }
  return nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
}

}  // namespace genloss::storage

// Files that would end the process if they were believed: nested without end, or larger than memory.

#include "storage/files/json.hpp"

#include "storage/files/digest.hpp"
#include "storage/files/journal.hpp"
#include "storage/tensors/safetensors_header.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

constexpr std::size_t deep = 200'000;

std::string nested(std::size_t depth, bool objects) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += objects ? "{\"a\":" : "[";
  text += "1";
  return text + std::string(depth, objects ? '}' : ']');
}

/// A file that is large and takes no room.
void make_hole(const std::filesystem::path& file, std::uint64_t bytes) {
  spill(file, "{");
  std::filesystem::resize_file(file, bytes);
}

TEST(json_limits, let_64_levels_pass_and_no_more) {
  const std::string brackets_in_text = R"({"a\"[[[[": "[{[{\\"})";
  EXPECT_EQ(parse_json(brackets_in_text, "x", {.bytes = 100, .nesting = 1}).size(), 1U);
  for (const bool objects : {false, true}) {
    EXPECT_NO_THROW((void)parse_json(nested(64, objects), "x", line_limits));
    expect_error(ExitCode::bad_data, {"x.json", "65 deep", "limit is 64"},
                 [&] { (void)parse_json(nested(65, objects), "x.json", line_limits); });
    EXPECT_FALSE(parse_json_line(nested(64, objects)).is_discarded());
    EXPECT_TRUE(parse_json_line(nested(deep, objects)).is_discarded());
  }
  EXPECT_TRUE(parse_json_line(std::string(line_limits.bytes, ' ') + "1").is_discarded());
}

TEST(json_limits, are_those_of_documents) {
  const TemporaryFolder folder;
  const auto file = folder / "x.json";
  for (const bool objects : {false, true}) {
    spill(file, R"({"schema": "genloss.test", "version": 1, "deep": )" + nested(deep, objects) + "}");
    expect_error(ExitCode::bad_data, {"x.json", "200001 deep", "limit is 64"},
                 [&] { (void)read_json(file, "genloss.test", 1); });
  }
  make_hole(file, document_limits.bytes + 1);
  expect_error(ExitCode::bad_data, {"x.json", "limit is 1073741824"},
               [&] { (void)read_json(file, "genloss.test", 1); });
}

TEST(json_limits, are_those_of_journals) {
  const TemporaryFolder folder;
  const auto file = folder / "journal.jsonl";
  const auto write = [&](const std::string& body) {
    char crc[9] = {};
    std::snprintf(crc, sizeof crc, "%08x", crc32c(std::as_bytes(std::span(body))));
    spill(file, "{\"crc\":\"" + std::string(crc) + "\"," + body.substr(1) + "\n");
  };
  write("{\"event\":" + nested(deep / 10, true) + "}");
  expect_error(ExitCode::bad_data, {"journal.jsonl", "limit is 64"}, [&] { (void)Journal::read(file); });
  expect_error(ExitCode::bad_data, {"journal.jsonl", "limit is 64"}, [&] { Journal journal(file); });
  write("{\"event\":\"" + std::string(line_limits.bytes, 'x') + "\"}");
  expect_error(ExitCode::bad_data, {"journal.jsonl", "limit is 1048576"}, [&] { (void)Journal::read(file); });
}

TEST(json_limits, are_those_of_safetensors) {
  const std::string text = nested(deep, true);
  std::string bytes;
  for (std::size_t size = text.size(), i = 0; i < 8; ++i, size >>= 8) bytes += static_cast<char>(size & 0xff);
  bytes += text;
  expect_error(ExitCode::bad_data, {"x.safetensors", "nested too deeply"},
               [&] { (void)read_safetensors_header("x.safetensors", std::as_bytes(std::span(bytes))); });
}

}  // namespace
}  // namespace genloss::storage

#include "storage/human/r_database.hpp"

#include <zlib.h>

#include "storage/human/r_serialization.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

std::string be32(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// The pieces of R's serialization, as R itself writes them.
const std::string version_2 = "X\n" + be32(2) + be32(0x040203) + be32(0x020300);
const std::string version_3 = "X\n" + be32(3) + be32(0x040203) + be32(0x030500) + be32(5) + "UTF-8";
std::string text(const std::string& value) {
  return be32(0x00040009) + be32(static_cast<std::uint32_t>(value.size())) + value;
}
std::string texts(const std::vector<std::string>& values, std::uint32_t flags = 0) {
  std::string bytes = be32(16 | flags) + be32(static_cast<std::uint32_t>(values.size()));
  for (const std::string& value : values) bytes += text(value);
  return bytes;
}
std::string names(const std::vector<std::string>& values) {
  return be32(0x402) + be32(1) + text("names") + texts(values) + be32(254);
}
std::string names_again(const std::vector<std::string>& values) {
  return be32(0x402) + be32(0x1ff) + texts(values) + be32(254);
}
std::string place(std::size_t offset, std::size_t length) {
  return be32(13) + be32(2) + be32(static_cast<std::uint32_t>(offset)) + be32(static_cast<std::uint32_t>(length));
}

std::string deflated(const std::string& content) {
  uLongf size = compressBound(content.size());
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(content.data()), content.size());
  return out.substr(0, size);
}

/// A data base of two variables beside what else R puts into the index.
struct Database {
  std::string data, variables, content;
  explicit Database(const std::string& first_name = "emma") {
    const std::string first = version_3 + texts({"Emma", "", "naïve"});
    const std::string second =
        version_2 + be32(16) + be32(2) + be32(0x00004009) + be32(1) + "\xe9" + be32(9) + be32(0xffffffff);
    const std::string one = be32(static_cast<std::uint32_t>(first.size())) + deflated(first);
    const std::string two = be32(static_cast<std::uint32_t>(second.size())) + deflated(second);
    data = one + two;
    variables = be32(19 | 0x200) + be32(2) + place(0, one.size()) + place(one.size(), two.size()) +
                names({first_name, "persuasion"});
    content = version_2 + be32(19 | 0x200) + be32(3) + variables + be32(19) + be32(0) + be32(10) + be32(1) + be32(1) +
              names_again({"variables", "references", "compressed"});
  }
  void write(const std::filesystem::path& folder) const {
    spill(folder / "Rdata.rdx", deflated(content));
    spill(folder / "Rdata.rdb", data);
  }
};

TEST(r_database, character_vectors_become_lines) {
  const TemporaryFolder folder;
  Database().write(folder.path());
  EXPECT_EQ(extract_r_character_vectors(folder.path(), folder / "out"),
            (std::vector<std::string>{"emma", "persuasion"}));
  EXPECT_EQ(slurp(folder / "out/emma.txt"), "Emma\n\nnaïve\n");
  EXPECT_EQ(slurp(folder / "out/persuasion.txt"), "é\n\n");
}

TEST(r_database, lines_of_a_paragraph_can_be_joined) {
  const std::vector<std::string> lines{"EMMA",   "",           "Emma Woodhouse,", "handsome, clever,", "and rich", "",
                                       "Alone:", "  in verse", "  she said",      "and went on",       ""};
  EXPECT_EQ(text_of_lines(lines, PrintedLines::joined),
            "EMMA\n\nEmma Woodhouse, handsome, clever, and rich\n\nAlone:\n  in verse\n  she said and went on\n\n");
  EXPECT_EQ(text_of_lines({"a", "b"}, PrintedLines::kept), "a\nb\n");
  EXPECT_EQ(text_of_lines({}, PrintedLines::joined), "");
}

TEST(r_database, missing_or_damaged_files_are_errors_that_name_them) {
  const TemporaryFolder folder;
  const auto extract = [&] { extract_r_character_vectors(folder.path(), folder / "out"); };
  expect_error(ExitCode::bad_data, {"Rdata.rdx", "no such file"}, extract);
  const Database good;
  good.write(folder.path());
  spill(folder / "Rdata.rdx", "not compressed");
  expect_error(ExitCode::bad_data, {"Rdata.rdx", "damaged"}, extract);
  spill(folder / "Rdata.rdx", deflated(version_2 + texts({"no list"})));
  expect_error(ExitCode::bad_data, {"Rdata.rdx", "variables"}, extract);
  good.write(folder.path());
  spill(folder / "Rdata.rdb", good.data.substr(0, good.data.size() - 1));
  expect_error(ExitCode::bad_data, {"Rdata.rdb", "'persuasion'", "outside"}, extract);
  std::string damaged = good.data;
  damaged[3] ^= 1;
  spill(folder / "Rdata.rdb", damaged);
  expect_error(ExitCode::bad_data, {"Rdata.rdb", "'emma'"}, extract);
  Database("../escape").write(folder.path());
  expect_error(ExitCode::bad_data, {"Rdata.rdb", "../escape", "name"}, extract);
}

TEST(r_database, a_stream_damaged_or_cut_anywhere_is_an_exception_and_never_more) {
  const std::string good = Database().content;
  EXPECT_NO_THROW((void)read_r_value(std::as_bytes(std::span(good))));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THROW((void)read_r_value(std::as_bytes(std::span(good).first(size))), std::runtime_error) << size;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string damaged = good;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      try {
        (void)read_r_value(std::as_bytes(std::span(damaged)));
      } catch (const std::runtime_error&) {
        continue;
      }
    }
  }
  std::string deep = version_2;
  for (int i = 0; i < 100'000; ++i) deep += be32(19) + be32(1);
  EXPECT_THROW((void)read_r_value(std::as_bytes(std::span(deep))), std::runtime_error);
}

}  // namespace
}  // namespace genloss::storage

#include "storage/files/digest.hpp"

#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using tests::expect_error;
using tests::TemporaryFolder;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(digest, sha256_gives_the_published_answers) {
  EXPECT_EQ(sha256_of("").text(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc").text(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(digest, text_and_parse_are_inverse_and_strict) {
  const Digest digest = sha256_of("abc");
  EXPECT_EQ(Digest::parse(digest.text()), digest);
  EXPECT_EQ(digest.short_hex(8), "ba7816bf");
  const std::string good = digest.text();
  for (const std::string& bad : {std::string(), good.substr(7), good + "0", good.substr(0, 70),
                                 "SHA256" + good.substr(6), good.substr(0, 70) + "G", good.substr(0, 70) + "A"}) {
    expect_error(ExitCode::bad_data, {"sha256:<64 hex"}, [&] { (void)Digest::parse(bad); });
  }
}

TEST(digest, fields_do_not_run_into_each_other) {
  EXPECT_NE(Sha256().text("ab").text("c").finish(), Sha256().text("a").text("bc").finish());
  EXPECT_EQ(Sha256().number(0x0102).finish(), sha256_of(std::string_view("\x02\x01\0\0\0\0\0\0", 8)));
}

TEST(digest, crc32c_gives_the_published_answers_both_ways) {
  std::string zeros(32, '\0'), ones(32, '\xff');
  for (auto* crc : {crc32c, crc32c_by_tables}) {
    EXPECT_EQ(crc(bytes("123456789"), 0), 0xe3069283U);
    EXPECT_EQ(crc(bytes(zeros), 0), 0x8a9136aaU);  // RFC 3720, B.4
    EXPECT_EQ(crc(bytes(ones), 0), 0x62a8ab43U);
    EXPECT_EQ(crc({}, 0), 0U);
  }
}

TEST(digest, crc32c_can_be_continued_at_any_byte) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto head = bytes(text).first(cut), tail = bytes(text).subspan(cut);
    EXPECT_EQ(crc32c(tail, crc32c(head)), crc32c(bytes(text)));
    EXPECT_EQ(crc32c_by_tables(tail, crc32c(head)), crc32c(bytes(text)));
  }
}

TEST(digest, files_are_hashed_like_their_content) {
  const TemporaryFolder folder;
  const std::string text(3'000'001, 'x');
  tests::spill(folder / "file", text);
  EXPECT_EQ(sha256_of_file(folder / "file"), sha256_of(text));
  EXPECT_EQ(crc32c_of_file(folder / "file"), crc32c(bytes(text)));
  expect_error(ExitCode::bad_data, {"missing", "no such file"}, [&] { (void)sha256_of_file(folder / "missing"); });
}

}  // namespace
}  // namespace genloss::storage

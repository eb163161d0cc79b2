#include "storage/tensors/safetensors.hpp"

#include <cstring>

#include "storage/files/durable.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

std::string file_of(const std::string& header, std::size_t data_bytes) {
  std::uint64_t length = header.size();
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  return text + header + std::string(data_bytes, 'd');
}

std::string tensor(const std::string& name, const std::string& shape, const std::string& offsets,
                   const std::string& type = "F32") {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

void expect_refused(const std::string& content, const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  spill(folder / "x.safetensors", content);
  auto all = words;
  all.emplace_back("x.safetensors");
  expect_error(ExitCode::bad_data, all, [&] { const SafetensorsFile file(folder / "x.safetensors"); });
}

void expect_accepted(const std::string& content) {
  const TemporaryFolder folder;
  spill(folder / "x.safetensors", content);
  EXPECT_NO_THROW(const SafetensorsFile file(folder / "x.safetensors")) << content.substr(8, 200);
}

TEST(safetensors, come_back_as_written_in_the_order_of_the_reference) {
  const TemporaryFolder folder;
  const std::vector<float> a = {1, 2, 3, 4, 5, 6}, b = {7};
  const std::vector<double> wide = {0.5};
  const std::vector<std::uint8_t> narrow = {1, 2, 3};
  const auto path = folder / "model.safetensors";
  write_safetensors(path,
                    {{"narrow", {ElementType::u8, {3}, bytes_of(narrow)}},
                     {"b", {ElementType::f32, {}, bytes_of(b)}},
                     {"wide", {ElementType::f64, {1, 1}, bytes_of(wide)}},
                     {"a", {ElementType::f32, {2, 3}, bytes_of(a)}},
                     {"empty", {ElementType::f32, {0, 5}, {}}}},
                    {{"generation", "2"}});
  const SafetensorsFile file(path);
  EXPECT_EQ(file.tensors().size(), 5U);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.metadata().at("generation"), "2");
  EXPECT_EQ(file.at("a").shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(std::memcmp(file.at("a").bytes.data(), a.data(), 24), 0);
  EXPECT_TRUE(file.at("b").shape.empty());
  EXPECT_TRUE(file.at("empty").bytes.empty());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.at("wide").bytes.data()) % 8, 0U);
  EXPECT_LT(file.at("wide").bytes.data(), file.at("a").bytes.data());
  EXPECT_LT(file.at("a").bytes.data(), file.at("b").bytes.data());
  EXPECT_LT(file.at("b").bytes.data(), file.at("narrow").bytes.data());
  expect_error(ExitCode::bad_data, {"model.safetensors", "'c'"}, [&] { (void)file.at("c"); });
}

TEST(safetensors, digest_is_of_the_weights_and_not_of_the_layout) {
  const TemporaryFolder folder;
  const std::vector<float> a = {1, 2}, b = {3, 4};
  const auto digest = [&](const std::string& name, const std::vector<float>& first, std::vector<std::uint64_t> shape) {
    write_safetensors(
        folder / "x",
        {{name, {ElementType::f32, std::move(shape), bytes_of(first)}}, {"b", {ElementType::f32, {2}, bytes_of(b)}}},
        {{"note", name}});
    return weights_digest(folder / "x");
  };
  const Digest plain = digest("a", a, {2});
  EXPECT_EQ(digest("a", a, {2}), plain);
  EXPECT_NE(digest("c", a, {2}), plain);
  EXPECT_NE(digest("a", b, {2}), plain);
  EXPECT_NE(digest("a", a, {2, 1}), plain);
  // The same tensors, written in the other order by somebody else.
  std::string other = file_of("{" + tensor("b", "[2]", "[0,8]") + "," + tensor("a", "[2]", "[8,16]") + "}   ", 0);
  other.append(reinterpret_cast<const char*>(b.data()), 8).append(reinterpret_cast<const char*>(a.data()), 8);
  spill(folder / "y", other);
  EXPECT_EQ(weights_digest(folder / "y"), plain);
}

TEST(safetensors, what_the_reference_accepts_is_accepted) {
  expect_accepted(file_of("{}", 0));
  expect_accepted(file_of("{}      ", 0));
  expect_accepted(file_of("{" + tensor("a", "[]", "[0,4]") + "}", 4));
  expect_accepted(file_of("{" + tensor("a", "[0]", "[0,0]") + "," + tensor("b", "[1]", "[0,4]") + "}", 4));
  expect_accepted(
      file_of("{" + tensor("b", "[1]", "[4,8]") + "," + tensor("a", "[1]", "[0,4]") + "}", 8));  // reordered
  expect_accepted(file_of("{" + tensor("a", "[1,1,1,1,1,1,1,1,2]", "[0,8]") + "}", 8));          // rank 9
  expect_accepted(file_of("{" + tensor("a", "[3]", "[0,3]", "F8_E4M3") + "}", 3));
  expect_accepted(file_of("{" + tensor("a", "[2,3]", "[0,3]", "F4") + "}", 3));
  expect_accepted(file_of(R"({"__metadata__":{"x":"y"}})", 0));
}

TEST(safetensors, types_that_are_not_computed_with_are_named_when_they_are_asked_for) {
  const TemporaryFolder folder;
  spill(folder / "x", file_of("{" + tensor("a", "[2]", "[0,4]", "BF16") + "}", 4));
  const SafetensorsFile file(folder / "x");
  expect_error(ExitCode::bad_data, {"'a'", "BF16", "F32"}, [&] { (void)file.at("a"); });
  EXPECT_NE(weights_digest(folder / "x"), Digest());
}

TEST(safetensors, tensors_must_tile_the_file) {
  expect_refused(file_of("{" + tensor("a", "[2]", "[0,8]") + "," + tensor("b", "[2]", "[4,12]") + "}", 12),
                 {"'b'", "overlaps"});
  expect_refused(file_of("{" + tensor("a", "[1]", "[0,4]") + "," + tensor("b", "[1]", "[8,12]") + "}", 12),
                 {"'b'", "hole"});
  expect_refused(file_of("{" + tensor("a", "[1]", "[4,8]") + "}", 8), {"'a'", "hole"});
  expect_refused(file_of("{" + tensor("a", "[1]", "[0,4]") + "}", 5), {"goes on"});
  expect_refused(file_of("{" + tensor("a", "[1]", "[0,4]") + "}", 3), {"cut off"});
  expect_refused(file_of("{}", 1), {"goes on"});
  expect_refused(file_of("{" + tensor("a", "[0]", "[4,0]") + "}", 4), {"'a'", "backwards"});
}

TEST(safetensors, shapes_must_fit_their_bytes) {
  expect_refused(file_of("{" + tensor("a", "[3]", "[0,8]") + "}", 8), {"'a'", "12 bytes"});
  // 2^62 * 4 * 4 bytes wraps to 0
  expect_refused(file_of("{" + tensor("a", "[4611686018427387904,4]", "[0,0]") + "}", 0), {"'a'", "64 bits"});
  expect_refused(file_of("{" + tensor("a", "[18446744073709551616]", "[0,0]") + "}", 0), {"'a'", "shape"});
  expect_refused(file_of("{" + tensor("a", "[3]", "[0,1]", "F4") + "}", 1), {"'a'", "whole bytes"});
  expect_refused(file_of("{" + tensor("a", "[2.0]", "[0,8]") + "}", 8), {"'a'", "shape"});
  expect_refused(file_of("{" + tensor("a", "[-2]", "[0,8]") + "}", 8), {"'a'", "shape"});
  expect_refused(file_of("{" + tensor("a", "[2e0]", "[0,8]") + "}", 8), {"'a'", "shape"});
  expect_refused(file_of("{" + tensor("a", "[2]", "[0]") + "}", 8), {"'a'", "data_offsets"});
  expect_refused(file_of("{" + tensor("a", "[2]", "[0,8]", "F33") + "}", 8), {"'a'", "F33"});
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[0]}})", 0), {"'a'", "data_offsets"});
  expect_refused(file_of(R"({"a":5})", 0), {"'a'"});
}

TEST(safetensors, header_must_be_strict_json) {
  const std::string good = "{" + tensor("a", "[1]", "[0,4]") + "}";
  expect_accepted(file_of(good, 4));
  expect_refused(file_of(" " + good, 4), {"begin with {"});
  expect_refused(file_of("[]", 0), {"begin with {"});
  expect_refused(file_of(good + "junk", 4), {"JSON"});
  expect_refused(file_of(good + std::string(3, '\0'), 4), {"NUL"});
  expect_refused(file_of(good.substr(0, good.size() - 1), 4), {"JSON"});
  expect_refused(file_of("{" + tensor("\xff", "[1]", "[0,4]") + "}", 4), {"JSON"});
  expect_refused(file_of("{" + tensor("a", "[0]", "[0,0]") + "," + tensor("a", "[1]", "[0,4]") + "}", 4),
                 {"'a'", "twice"});
  expect_refused(file_of(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4),
                 {"dtype", "twice"});
  expect_refused(file_of(R"({"__metadata__":{"x":5}})", 0), {"__metadata__"});
  expect_refused(file_of(R"({"__metadata__":"x"})", 0), {"__metadata__"});
}

TEST(safetensors, deep_nesting_does_not_overflow_the_stack) {
  expect_refused(file_of("{\"a\":" + std::string(400'000, '['), 0), {"nested"});
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  expect_refused(file_of(objects, 0), {"nested"});
}

TEST(safetensors, header_length_is_checked_before_it_is_believed) {
  expect_refused("", {"shorter"});
  expect_refused("1234567", {"shorter"});
  expect_refused(std::string("\x10\0\0\0\0\0\0\0{}", 10), {"past the end"});
  expect_refused(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10), {"too large"});
  expect_refused(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10), {"too large: 100000001"});
}

TEST(safetensors, weights_of_others_are_read) {
  const std::filesystem::path path = std::filesystem::path(GENLOSS_SHARED_DATA) / "stories260K-hf/model.safetensors";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path;
  const SafetensorsFile file(path);
  const auto& embedding = file.at("model.embed_tokens.weight");
  EXPECT_EQ(embedding.shape, (std::vector<std::uint64_t>{512, 64}));
  EXPECT_EQ(file.metadata().at("format"), "pt");
  // Written by us it is another file of the same weights.
  const TemporaryFolder folder;
  std::vector<std::pair<std::string, TensorView>> tensors(file.tensors().begin(), file.tensors().end());
  write_safetensors(folder / "copy", tensors);
  EXPECT_EQ(weights_digest(folder / "copy"), weights_digest(path));
}

}  // namespace
}  // namespace genloss::storage

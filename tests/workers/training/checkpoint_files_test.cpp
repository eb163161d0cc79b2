#include <gtest/gtest.h>

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/tensors/safetensors.hpp"
#include "tests/workers/training/fixtures.hpp"
#include "workers/transformer/forward.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {
namespace {

const std::filesystem::path stories = std::filesystem::path(GENLOSS_SHARED_DATA) / "stories260K-hf";

TEST(forward, reproduces_the_reference_text_of_a_grouped_query_llama) {
  if (!std::filesystem::exists(stories)) GTEST_SKIP() << "needs " << stories;
  const Weights weights = Weights::load(stories);
  const auto reference = nlohmann::json::parse(std::ifstream(stories / "greedy_reference.json"));
  const auto expected = reference.at("greedy_ids_from_bos").get<std::vector<std::int64_t>>();
  // With the reference as input, the model has to want the next token of the reference at every position.
  std::vector<std::int64_t> input = {1};
  input.insert(input.end(), expected.begin(), expected.end() - 1);
  const auto wanted = logits(weights, at::tensor(input, at::kLong).unsqueeze(0)).argmax(-1).squeeze(0);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(wanted[static_cast<std::int64_t>(i)].item<std::int64_t>(), expected[i]) << "position " << i;
  }
}

TEST(weights, come_back_equal_from_their_files) {
  for (const Architecture& a : tests::small_architectures()) {
    const tests::TemporaryFolder folder;
    const Weights before = Weights::initial(a, 7, 2);
    before.save(folder.path(), 0);
    const Weights after = Weights::load(folder.path());
    ASSERT_EQ(before.layout().flat_size(), after.layout().flat_size());
    EXPECT_TRUE(std::ranges::equal(before.flat(), after.flat()));
    const tests::TemporaryFolder second;
    after.save(second.path(), 0);
    EXPECT_EQ(storage::weights_digest(folder.path() / "model.safetensors"),
              storage::weights_digest(second.path() / "model.safetensors"));
  }
}

TEST(weights, differ_between_generations_and_seeds) {
  const Architecture a = tests::small_architectures().front();
  const Weights one = Weights::initial(a, 7, 0), other = Weights::initial(a, 7, 1), third = Weights::initial(a, 8, 0);
  EXPECT_FALSE(std::ranges::equal(one.flat(), other.flat()));
  EXPECT_FALSE(std::ranges::equal(one.flat(), third.flat()));
}

TEST(weights, are_read_without_the_gpt2_prefix_and_without_mask_buffers) {
  const tests::TemporaryFolder folder, old;
  const Weights before = Weights::initial(tests::small_architectures().front(), 3, 0);
  before.save(folder.path(), 0);
  std::filesystem::copy(folder.path() / "config.json", old.path() / "config.json");
  const storage::SafetensorsFile file(folder.path() / "model.safetensors");
  std::vector<std::pair<std::string, storage::TensorView>> tensors;
  for (const auto& [name, tensor] : file.tensors())
    tensors.emplace_back(name.substr(std::strlen("transformer.")), tensor);
  tensors.emplace_back("h.0.attn.bias", tensors.front().second);
  storage::write_safetensors(old.path() / "model.safetensors", tensors);
  EXPECT_TRUE(std::ranges::equal(Weights::load(old.path()).flat(), before.flat()));
}

/// The config.json that Weights::save writes for `a`, with one key changed.
void expect_refused(const Architecture& a, const std::string& key, const nlohmann::json& value) {
  const tests::TemporaryFolder folder;
  Weights::initial(a, 1, 0).save(folder.path(), 0);
  auto config = nlohmann::json::parse(std::ifstream(folder.path() / "config.json"));
  config[key] = value;
  std::ofstream(folder.path() / "config.json") << config;
  try {
    (void)Weights::load(folder.path());
    ADD_FAILURE() << "accepted " << key << " = " << value;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data) << error.what();
    EXPECT_NE(std::string(error.what()).find("config.json"), std::string::npos) << error.what();
  }
}

TEST(model_configuration, refuses_what_the_model_cannot_honour) {
  const auto shapes = tests::small_architectures();
  expect_refused(shapes[0], "activation_function", "relu");
  expect_refused(shapes[0], "scale_attn_by_inverse_layer_idx", true);
  expect_refused(shapes[0], "quantization_config", {{"bits", 4}});
  expect_refused(shapes[1], "rope_scaling", {{"type", "linear"}, {"factor", 2.0}});
  expect_refused(shapes[1], "rope_parameters", {{"rope_type", "yarn"}, {"rope_theta", 10000.0}});
  expect_refused(shapes[1], "sliding_window", 128);
  expect_refused(shapes[1], "attention_bias", true);
  expect_refused(shapes[1], "model_type", "mistral");
  expect_refused(shapes[1], "hidden_size", "64");
}

TEST(weights, of_another_shape_than_the_configuration_are_refused) {
  const auto shapes = tests::small_architectures();
  for (const Architecture& a : shapes) {
    const tests::TemporaryFolder folder;
    Weights::initial(a, 1, 0).save(folder.path(), 0);
    Architecture wider = a;
    wider.vocabulary += 1;
    const tests::TemporaryFolder other;
    Weights(wider).save(other.path(), 0);
    std::filesystem::copy_file(other.path() / "config.json", folder.path() / "config.json",
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_THROW((void)Weights::load(folder.path()), Error);
  }
}

}  // namespace
}  // namespace genloss::workers

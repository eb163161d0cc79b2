// Corpora drawn by the decoder for GPUs: a shard's bytes must not depend on who draws it after what.

#include "tests/workers/cuda/device_fixtures.hpp"
#include "workers/sampling/transformer_sampler.hpp"

namespace genloss {
namespace {

constexpr std::uint64_t shard_samples = 12;

std::unique_ptr<workers::Sampler> open_sampler(const workers::Architecture& a) {
  workers::Weights weights = workers::Weights::initial(a, 7, 0);
  for (float& w : weights.flat()) w *= 4;
  jobs::StudySpec spec;
  spec.sampling.max_tokens = 14;
  spec.sampling.shard_samples = shard_samples;
  spec.sampling.batch = 5;
  std::vector<std::unique_ptr<workers::TokenDecoder>> decoders;
  decoders.push_back(
      std::make_unique<workers::cuda::DeviceDecoder>(weights, workers::cuda::TorchDevice{}, spec.sampling.batch));
  return std::make_unique<workers::TransformerSampler>(std::move(decoders), a, spec, 1);
}

/// Digest of shard `shard`'s content.
storage::Digest draw(workers::Sampler& sampler, const workers::Architecture& a, std::uint64_t shard) {
  const tests::TemporaryFolder folder;
  storage::ShardIdentity identity;
  identity.recipe = identity.model = storage::sha256_of("x");
  identity.shard = shard;
  identity.first_sample = shard * shard_samples;
  identity.last_sample = identity.first_sample + shard_samples - 1;
  storage::ShardWriter writer(folder.path(), workers::token_corpus_format(a.vocabulary, jobs::PromptSource::none),
                              identity, "1");
  sampler.sample(identity.first_sample, shard_samples, writer, {});
  return writer.seal().content;
}

}  // namespace

TEST(device_sampling, a_shard_is_the_same_whoever_draws_it_and_after_which_others) {
  if (!tests::ranks().is_root()) return;
  for (const auto& a : tests::small_architectures()) {
    const auto one = open_sampler(a), other = open_sampler(a);
    const auto first = draw(*one, a, 0), second = draw(*one, a, 1), third = draw(*one, a, 2);
    EXPECT_NE(first, second);
    EXPECT_EQ(draw(*other, a, 2), third);
    EXPECT_EQ(draw(*other, a, 0), first);
    EXPECT_EQ(draw(*one, a, 1), second);
  }
}

}  // namespace genloss

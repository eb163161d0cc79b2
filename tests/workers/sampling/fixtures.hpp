#pragma once
// Small models, corpora that vanish, and what the tests of sampling and scoring share.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/corpus/shard.hpp"
#include "workers/sampling/transformer_sampler.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::tests {

/// Awkward sizes: nothing is a multiple of a vector or a panel.
inline workers::Architecture small_gpt2() {
  workers::Architecture a;
  a.layers = 2;
  a.heads = a.kv_heads = 3;
  a.head_size = 8;
  a.width = 24;
  a.feed_forward = 52;
  a.context = 40;
  a.vocabulary = 37;
  return a;
}
/// Grouped-query attention, a head of its own, head size 20.
inline workers::Architecture small_llama() {
  workers::Architecture a = small_gpt2();
  a.positions = workers::Positions::rope;
  a.norm = workers::Norm::rms;
  a.feed_forward_kind = workers::FeedForward::swiglu;
  a.biases = a.tied_head = false;
  a.heads = 4;
  a.kv_heads = 2;
  a.head_size = 20;
  a.width = 80;
  a.feed_forward = 44;
  return a;
}
inline std::vector<workers::Architecture> small_architectures() { return {small_gpt2(), small_llama()}; }

/// Weights ten times as large as at the start of training (norms excepted), so that predictions are far from uniform.
inline std::shared_ptr<const workers::Weights> loud_weights(const workers::Architecture& a) {
  auto weights = std::make_shared<workers::Weights>(workers::Weights::initial(a, 7, 0));
  for (const auto& p : weights->layout().parameters()) {
    const float factor = p.decayed ? 10.0F : 1.0F;
    for (std::size_t i = 0; i < p.count; ++i) weights->flat()[p.offset + i] *= factor;
  }
  return weights;
}

inline std::shared_ptr<const workers::PackedModel> packed(const workers::Weights& weights) {
  return std::make_shared<const workers::PackedModel>(weights);
}

/// A text of `count` tokens without meaning; never the end-of-document token.
inline std::vector<std::int32_t> babble(std::size_t count, int vocabulary, std::uint64_t seed = 1) {
  const jobs::CounterRandom random({seed, jobs::Purpose::synthetic_load, 0});
  std::vector<std::int32_t> tokens(count);
  for (std::size_t i = 0; i < count; ++i) {
    tokens[i] = 1 + static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(vocabulary) - 1, 0, i));
  }
  return tokens;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "genloss-sampling-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Settings under which samples end at different lengths.
inline jobs::StudySpec sampling_spec() {
  jobs::StudySpec spec;
  spec.study.seed = 5;
  spec.sampling.max_tokens = 24;
  spec.sampling.batch = 5;
  spec.sampling.shard_samples = 12;
  spec.runtime.threads = 1;
  return spec;
}

struct DrawnShard {
  storage::ShardRecord record;
  std::vector<std::vector<std::uint8_t>> samples;
  std::vector<double> log_probability, stop_reason, prompt_length;
  std::vector<double> document, offset;  ///< of prompts, if there are any
};

/// Draws samples [first, first + count) with `sampler` into a shard of their own and reads them back.
inline DrawnShard draw(workers::Sampler& sampler, std::uint64_t first, std::uint64_t count, int vocabulary,
                       const workers::Heartbeat& beat = {}, jobs::PromptSource prompts = jobs::PromptSource::none) {
  const TemporaryFolder folder;
  storage::ShardIdentity identity;
  identity.recipe = identity.model = storage::sha256_of("x");
  identity.shard = 0;
  identity.first_sample = first;
  identity.last_sample = first + count - 1;
  storage::ShardWriter writer(folder.path(), workers::token_corpus_format(vocabulary, prompts), identity, "1");
  sampler.sample(first, count, writer, beat);
  DrawnShard drawn;
  drawn.record = writer.seal();
  const storage::ShardReader reader(storage::shard_path(folder.path(), 0));
  for (std::uint64_t i = 0; i < reader.samples(); ++i) {
    std::vector<std::uint8_t> values(reader.offsets()[i + 1] - reader.offsets()[i]);
    reader.read_values(reader.offsets()[i], std::as_writable_bytes(std::span(values)));
    drawn.samples.push_back(std::move(values));
  }
  drawn.log_probability = reader.column("log_probability");
  drawn.stop_reason = reader.column("stop_reason");
  drawn.prompt_length = reader.column("prompt_length");
  if (prompts != jobs::PromptSource::none) {
    drawn.document = reader.column("prompt_document");
    drawn.offset = reader.column("prompt_offset");
  }
  return drawn;
}

}  // namespace genloss::tests

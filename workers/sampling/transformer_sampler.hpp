#pragma once
// Draws the samples of a shard from a transformer: a fixed number of rows (sampling.batch, or fewer where that is
// faster) is decoded at once, and a row whose sample is finished takes the next sample of the same shard.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "jobs/random.hpp"
#include "workers/family.hpp"
#include "workers/sampling/decoder.hpp"
#include "workers/sampling/pick.hpp"
#include "workers/sampling/sample_queue.hpp"
#include "workers/text/human_prompts.hpp"

namespace genloss::workers {

/// Gives the prompt of a sample; a function of the sample's id alone, called by several threads at once. Empty
/// function: no prompts.
using PromptReader = std::function<Prompt(std::uint64_t sample)>;

/// What a token corpus looks like: values u8, u16 or u32 as the vocabulary needs, ragged; columns log_probability (f64,
/// natural logarithm, sum over drawn tokens, the end token too, under the model at temperature 1 with nothing cut off)
/// and stop_reason (u8); where samples have prompts also prompt_document and prompt_offset (u64), see Prompt.
[[nodiscard]] storage::CorpusFormat token_corpus_format(int vocabulary, jobs::PromptSource prompts);

/// A sample is a function of (weights, sampling section, seed, generation, sample id, its prompt): the random number
/// for value i of a sample is number (sample id, i) of the purpose `sampling`, and Decoder keeps rows independent.
/// Neither the shard's limits nor `sampling.batch` nor `runtime.threads` can change it.
///
/// A sample without prompt is conditioned on an end-of-document token, which is not stored. A prompt is a passage from
/// the middle of a document: it is conditioned on nothing, and is stored in front of what is drawn.
///
/// A sample may be longer than the model's context: when that is full, the last (context + 1) / 2 tokens are read again
/// from position 0 on, and drawing goes on behind them.
class TransformerSampler final : public Sampler {
 public:
  /// @param end_token id of the end-of-document token
  /// @throws Error(usage) if a prompt leaves no room in the model's context, or there are prompts to be given and no
  /// reader
  TransformerSampler(const std::shared_ptr<const Weights>& weights, const jobs::StudySpec& spec, int generation,
                     PromptReader prompts = {}, std::int32_t end_token = 0);
  /// By decoders of another kind, one per thread.
  TransformerSampler(std::vector<std::unique_ptr<TokenDecoder>> decoders, const Architecture& architecture,
                     const jobs::StudySpec& spec, int generation, PromptReader prompts = {},
                     std::int32_t end_token = 0);
  /// Draws samples [first, first + count) and gives them away in order of id.
  /// @param take, beat called on the caller's thread; beat once per decoding step, with the number of samples finished
  void draw(std::uint64_t first, std::uint64_t count, const std::function<void(const Sample&)>& take,
            const Heartbeat& beat);
  void sample(std::uint64_t first, std::uint64_t count, storage::ShardWriter& out, const Heartbeat& beat) override;

 private:
  /// What one thread decodes with.
  struct PerThread {
    std::unique_ptr<TokenDecoder> decoder;
    Picker picker;
    std::vector<std::optional<Sample>> rows;
    std::vector<DecodeToken> tokens;
  };
  /// One token for each row. @return false if there is nothing left to draw for this thread
  bool step(PerThread& mine, SampleQueue& queue);
  [[nodiscard]] Sample begin(std::uint64_t id);
  void push_tokens(PerThread& mine, std::size_t row) const;
  void accept(Sample& sample, Picker& picker, std::span<const float> logits) const;
  void write(const Sample& sample, storage::ShardWriter& out);

  Architecture architecture_;
  std::int32_t end_token_;
  jobs::SamplingSection spec_;
  PromptReader prompts_;
  jobs::CounterRandom random_;
  std::vector<PerThread> threads_;
  std::vector<std::byte> bytes_;
};

}  // namespace genloss::workers

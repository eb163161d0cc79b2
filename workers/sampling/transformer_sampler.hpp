#pragma once
// Draws the samples of a shard from a transformer: a fixed number of rows is decoded at once, and a row whose sample is
// finished takes the next sample of the same shard.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "jobs/random.hpp"
#include "workers/family.hpp"
#include "workers/sampling/decoder.hpp"
#include "workers/sampling/pick.hpp"

namespace genloss::workers {

/// Gives the prompt of a sample; a function of the sample's id alone. Empty function: no prompts.
using PromptReader = std::function<void(std::uint64_t sample, std::vector<std::int32_t>& prompt)>;

/// Why a sample ended: the values of the column "stop_reason".
enum class StopReason : std::uint8_t {
  length = 0,          ///< max_tokens were drawn
  end_of_document = 1  ///< the end-of-document token was drawn; it is not among the sample's values
};

/// What a token corpus looks like: values u8, u16 or u32 as the vocabulary needs, ragged; columns log_probability (f64,
/// natural logarithm, sum over drawn tokens, the end token too, under the model at temperature 1 with nothing cut off)
/// and stop_reason (u8).
[[nodiscard]] storage::CorpusFormat token_corpus_format(int vocabulary);

/// A sample is a function of (weights, sampling section, seed, generation, sample id, its prompt): the random number
/// for value i of a sample is number (sample id, i) of the purpose `sampling`, and Decoder keeps rows independent.
/// Neither the shard's limits nor `sampling.batch` nor `runtime.threads` can change it.
///
/// A sample without prompt is conditioned on an end-of-document token, which is not stored. A prompt is a passage from
/// the middle of a document: it is conditioned on nothing, and is stored in front of what is drawn.
class TransformerSampler final : public Sampler {
 public:
  /// @throws Error(usage) if prompt and max_tokens do not fit the model's context, or there are prompts to be given and
  /// no reader
  TransformerSampler(std::shared_ptr<const Weights> weights, const jobs::StudySpec& spec, int generation,
                     PromptReader prompts = {});
  /// @param beat called once per decoding step with the number of samples finished
  void sample(std::uint64_t first, std::uint64_t count, storage::ShardWriter& out, const Heartbeat& beat) override;

 private:
  struct Sample {
    std::uint64_t id = 0;
    std::vector<std::int32_t> values;  // prompt and drawn tokens
    std::size_t prompt = 0;
    double log_probability = 0;
    StopReason stop = StopReason::length;
    bool started = false, finished = false;
  };
  [[nodiscard]] Sample begin(std::uint64_t id) const;
  void push_tokens(int row, Sample& sample);
  void accept(Sample& sample, int thread, std::span<const float> logits);
  void write(const Sample& sample, storage::ShardWriter& out);

  std::shared_ptr<const Weights> weights_;
  jobs::SamplingSection spec_;
  PromptReader prompts_;
  jobs::CounterRandom random_;
  Decoder decoder_;
  std::vector<Picker> pickers_;  // one per thread
  std::vector<DecodeToken> tokens_;
  std::vector<std::byte> bytes_;
};

}  // namespace genloss::workers

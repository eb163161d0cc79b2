#include "workers/sampling/transformer_sampler.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "jobs/error.hpp"
#include "workers/numerics/parallel.hpp"
#include "workers/numerics/threads.hpp"
#include "workers/text/encoded/token_values.hpp"

namespace genloss::workers {
namespace {

int longest_sample(const jobs::SamplingSection& spec) {
  return spec.max_tokens + (spec.prompt != jobs::PromptSource::none ? spec.prompt_tokens : 0);
}

void check_fit(const Architecture& architecture, const jobs::SamplingSection& spec) {
  if (spec.prompt == jobs::PromptSource::none || spec.prompt_tokens < architecture.context) return;
  throw Error(ExitCode::usage, "sample", "sampling.prompt_tokens = " + std::to_string(spec.prompt_tokens),
              "the model's context has " + std::to_string(architecture.context) + " tokens, and one has to be drawn",
              "lower sampling.prompt_tokens");
}

std::vector<std::unique_ptr<TokenDecoder>> decoders_for(const Weights& weights, const jobs::StudySpec& spec) {
  check_fit(weights.architecture(), spec.sampling);  // before any memory is taken
  numerics::use_threads(spec.runtime.threads);
  const int count = decoders_at_once(spec.sampling.batch, spec.runtime.threads);
  const int rows =
      rows_at_once(weights.architecture(), std::min(longest_sample(spec.sampling), weights.architecture().context),
                   (spec.sampling.batch + count - 1) / count);
  const auto model = std::make_shared<const PackedModel>(weights);
  std::vector<std::unique_ptr<TokenDecoder>> decoders;
  decoders.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) decoders.push_back(std::make_unique<Decoder>(model, rows));
  return decoders;
}

}  // namespace

storage::CorpusFormat token_corpus_format(int vocabulary, jobs::PromptSource prompts) {
  storage::CorpusFormat format;
  format.values = token_type(vocabulary);
  format.ragged = true;
  format.columns = {{"log_probability", storage::ElementType::f64}, {storage::stop_column, storage::ElementType::u8}};
  if (prompts != jobs::PromptSource::none) {
    format.columns.emplace_back("prompt_document", storage::ElementType::u64);
    format.columns.emplace_back("prompt_offset", storage::ElementType::u64);
  }
  return format;
}

TransformerSampler::TransformerSampler(const std::shared_ptr<const Weights>& weights, const jobs::StudySpec& spec,
                                       int generation, PromptReader prompts, std::int32_t end_token)
    : TransformerSampler(decoders_for(*weights, spec), weights->architecture(), spec, generation, std::move(prompts),
                         end_token) {}

TransformerSampler::TransformerSampler(std::vector<std::unique_ptr<TokenDecoder>> decoders,
                                       const Architecture& architecture, const jobs::StudySpec& spec, int generation,
                                       PromptReader prompts, std::int32_t end_token)
    : architecture_(architecture),
      end_token_(end_token),
      spec_(spec.sampling),
      prompts_(std::move(prompts)),
      random_({spec.study.chain_seed(), jobs::Purpose::sampling, static_cast<std::uint32_t>(generation)}) {
  check_fit(architecture_, spec_);
  if (spec_.prompt != jobs::PromptSource::none && !prompts_) {
    throw Error(ExitCode::internal, "open sampler", "sampling.prompt", "prompts are asked for, and no source is given");
  }
  for (auto& decoder : decoders) {
    threads_.push_back({std::move(decoder), Picker(PickRule::of(spec_), architecture_.vocabulary), {}, {}});
  }
}

void TransformerSampler::sample(std::uint64_t first, std::uint64_t count, storage::ShardWriter& out,
                                const Heartbeat& beat) {
  draw(
      first, count, [&](const Sample& sample) { write(sample, out); }, beat);
}

void TransformerSampler::draw(std::uint64_t first, std::uint64_t count, const std::function<void(const Sample&)>& take,
                              const Heartbeat& beat) {
  SampleQueue queue(first, count);
  const auto threads = static_cast<std::uint64_t>(threads_.size());
  for (auto& each : threads_) {
    const auto rows =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(each.decoder->rows()), (count + threads - 1) / threads);
    each.rows.assign(rows, std::nullopt);
  }
  std::uint64_t written = 0;
  const auto write_ready = [&](int milliseconds) {
    for (const Sample& ready : queue.take_ready(milliseconds)) {
      take(ready);
      ++written;
    }
    if (beat) beat(queue.finished());
  };
  numerics::run_on_threads(static_cast<int>(threads), [&](int thread) {
    PerThread& mine = threads_[static_cast<std::size_t>(thread)];
    try {
      while (step(mine, queue)) {
        if (thread == 0) write_ready(0);
      }
      constexpr int idle_ms = 10;  // between beats while others finish their last samples
      while (thread == 0 && written < count && !queue.failed()) write_ready(idle_ms);
    } catch (...) {
      queue.fail();
      throw;
    }
  });
}

bool TransformerSampler::step(PerThread& mine, SampleQueue& queue) {
  if (queue.failed()) return false;
  mine.tokens.clear();
  for (std::size_t row = 0; row < mine.rows.size(); ++row) {
    auto& sample = mine.rows[row];
    if (!sample) {
      if (const auto id = queue.next()) sample = begin(*id);
    }
    if (sample) push_tokens(mine, row);
  }
  if (mine.tokens.empty()) return false;
  mine.decoder->forward(mine.tokens, [&](std::size_t token, std::span<const float> logits) {
    accept(*mine.rows[static_cast<std::size_t>(mine.tokens[token].row)], mine.picker, logits);
  });
  for (auto& sample : mine.rows) {
    if (!sample || !sample->finished) continue;
    queue.finish(std::move(*sample));
    sample.reset();
  }
  return true;
}

Sample TransformerSampler::begin(std::uint64_t id) {
  Sample sample;
  sample.id = id;
  if (spec_.prompt != jobs::PromptSource::none) {
    Prompt prompt = prompts_(id);
    sample.values = std::move(prompt.tokens);
    sample.prompt = sample.values.size();
    sample.document = prompt.document;
    sample.offset = prompt.offset;
    if (sample.prompt != static_cast<std::size_t>(spec_.prompt_tokens)) {
      throw Error(ExitCode::internal, "prompt sample", std::to_string(id),
                  "the prompt has " + std::to_string(sample.prompt) + " tokens");
    }
  }
  return sample;
}

void TransformerSampler::push_tokens(PerThread& mine, std::size_t place) const {
  Sample& sample = *mine.rows[place];
  const std::size_t context = static_cast<std::size_t>(architecture_.context);
  const std::size_t before = sample.prompt == 0 ? 1 : 0;  // the token that stands in front of what has no prompt
  const std::size_t elements = before + sample.values.size();
  std::size_t first = elements - 1;
  if (!std::exchange(sample.started, true)) {
    first = 0;
  } else if (elements - sample.context_begin > context) {
    sample.context_begin = elements - (context + 1) / 2;
    first = sample.context_begin;
  }
  for (std::size_t e = first; e < elements; ++e) {
    const std::int32_t token = e < before ? end_token_ : sample.values[e - before];
    mine.tokens.push_back(
        {static_cast<int>(place), static_cast<int>(e - sample.context_begin), token, e + 1 == elements});
  }
}

void TransformerSampler::accept(Sample& sample, Picker& picker, std::span<const float> logits) const {
  const double uniform = random_.uniform(sample.id, sample.values.size());
  const Picked picked = picker.pick(logits, uniform);
  sample.log_probability += picked.log_probability;
  if (spec_.stop_at_end && picked.token == end_token_) {
    sample.stop = StopReason::end_of_document;
    sample.finished = true;
    return;
  }
  sample.values.push_back(picked.token);
  sample.finished = sample.values.size() - sample.prompt == static_cast<std::size_t>(spec_.max_tokens);
}

void TransformerSampler::write(const Sample& sample, storage::ShardWriter& out) {
  bytes_.clear();
  pack_tokens(sample.values, token_type(architecture_.vocabulary), bytes_);
  const std::array<double, 4> columns{sample.log_probability, static_cast<double>(sample.stop),
                                      static_cast<double>(sample.document), static_cast<double>(sample.offset)};
  out.append(bytes_, std::span(columns).first(spec_.prompt == jobs::PromptSource::none ? 2 : 4));
  if (sample.prompt > 0) out.mark_prompt(sample.prompt);
}

}  // namespace genloss::workers

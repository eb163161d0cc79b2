#include "workers/sampling/transformer_sampler.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "jobs/error.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {
namespace {

constexpr std::int32_t end_token = ByteTokenizer::end_of_document;

storage::ElementType element_type_for(int vocabulary) {
  if (vocabulary <= 1 << 8) return storage::ElementType::u8;
  return vocabulary <= 1 << 16 ? storage::ElementType::u16 : storage::ElementType::u32;
}

/// Little-endian, as the machine is; storage converts when it must.
template <class Element>
void put_values(std::span<const std::int32_t> values, std::vector<std::byte>& bytes) {
  bytes.resize(values.size() * sizeof(Element));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto element = static_cast<Element>(values[i]);
    std::copy_n(reinterpret_cast<const std::byte*>(&element), sizeof element, bytes.data() + i * sizeof element);
  }
}

void check_fit(const Architecture& architecture, const jobs::SamplingSection& spec) {
  const bool prompted = spec.prompt != jobs::PromptSource::none;
  const int longest = spec.max_tokens + (prompted ? spec.prompt_tokens : 0);
  if (longest <= architecture.context) return;
  throw Error(ExitCode::usage, "sample", "sampling.max_tokens = " + std::to_string(spec.max_tokens),
              "with the prompt it needs a context of " + std::to_string(longest) + " tokens, the model has " +
                  std::to_string(architecture.context),
              "lower sampling.max_tokens or sampling.prompt_tokens");
}

}  // namespace

storage::CorpusFormat token_corpus_format(int vocabulary) {
  storage::CorpusFormat format;
  format.values = element_type_for(vocabulary);
  format.ragged = true;
  format.columns = {{"log_probability", storage::ElementType::f64}, {"stop_reason", storage::ElementType::u8}};
  return format;
}

TransformerSampler::TransformerSampler(std::shared_ptr<const Weights> weights, const jobs::StudySpec& spec,
                                       int generation, PromptReader prompts)
    : weights_(std::move(weights)),
      spec_(spec.sampling),
      prompts_(std::move(prompts)),
      random_({spec.study.seed, jobs::Purpose::sampling, static_cast<std::uint32_t>(generation)}),
      decoder_(std::make_shared<const PackedModel>(*weights_), spec.sampling.batch, spec.runtime.threads),
      pickers_(static_cast<std::size_t>(spec.runtime.threads),
               Picker(PickRule::of(spec.sampling), weights_->architecture().vocabulary)) {
  check_fit(weights_->architecture(), spec_);
  if (spec_.prompt != jobs::PromptSource::none && !prompts_) {
    throw Error(ExitCode::internal, "open sampler", "sampling.prompt", "prompts are asked for, and no source is given");
  }
}

void TransformerSampler::sample(std::uint64_t first, std::uint64_t count, storage::ShardWriter& out,
                                const Heartbeat& beat) {
  std::vector<std::optional<Sample>> rows(static_cast<std::size_t>(decoder_.rows()));
  std::map<std::uint64_t, Sample> waiting;  // finished before one with a lower id
  std::uint64_t next = first, written = first, finished = 0;
  while (written < first + count) {
    tokens_.clear();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!rows[row] && next < first + count) rows[row] = begin(next++);
      if (rows[row]) push_tokens(static_cast<int>(row), *rows[row]);
    }
    decoder_.forward(tokens_, [&](int thread, std::size_t token, std::span<const float> logits) {
      accept(*rows[static_cast<std::size_t>(tokens_[token].row)], thread, logits);
    });
    for (auto& row : rows) {
      if (!row || !row->finished) continue;
      waiting.emplace(row->id, std::move(*row));
      row.reset();
      ++finished;
    }
    for (; !waiting.empty() && waiting.begin()->first == written; ++written) {
      write(waiting.begin()->second, out);
      waiting.erase(waiting.begin());
    }
    if (beat) beat(finished);
  }
}

TransformerSampler::Sample TransformerSampler::begin(std::uint64_t id) const {
  Sample sample;
  sample.id = id;
  if (spec_.prompt != jobs::PromptSource::none) {
    prompts_(id, sample.values);
    sample.prompt = sample.values.size();
    if (sample.prompt != static_cast<std::size_t>(spec_.prompt_tokens)) {
      throw Error(ExitCode::internal, "prompt sample", std::to_string(id),
                  "the prompt has " + std::to_string(sample.prompt) + " tokens");
    }
  }
  return sample;
}

void TransformerSampler::push_tokens(int row, Sample& sample) {
  const bool started = std::exchange(sample.started, true);
  if (sample.prompt == 0) {
    // The begin token takes position 0, so value i stands at position i + 1.
    const int position = static_cast<int>(sample.values.size());
    tokens_.push_back({row, position, started ? sample.values.back() : end_token, true});
  } else if (started) {
    tokens_.push_back({row, static_cast<int>(sample.values.size()) - 1, sample.values.back(), true});
  } else {
    for (std::size_t i = 0; i < sample.prompt; ++i) {
      tokens_.push_back({row, static_cast<int>(i), sample.values[i], i + 1 == sample.prompt});
    }
  }
}

void TransformerSampler::accept(Sample& sample, int thread, std::span<const float> logits) {
  const double uniform = random_.uniform(sample.id, sample.values.size());
  const Picked picked = pickers_[static_cast<std::size_t>(thread)].pick(logits, uniform);
  sample.log_probability += picked.log_probability;
  if (spec_.stop_at_end && picked.token == end_token) {
    sample.stop = StopReason::end_of_document;
    sample.finished = true;
    return;
  }
  sample.values.push_back(picked.token);
  sample.finished = sample.values.size() - sample.prompt == static_cast<std::size_t>(spec_.max_tokens);
}

void TransformerSampler::write(const Sample& sample, storage::ShardWriter& out) {
  switch (element_type_for(weights_->architecture().vocabulary)) {
    case storage::ElementType::u8:
      put_values<std::uint8_t>(sample.values, bytes_);
      break;
    case storage::ElementType::u16:
      put_values<std::uint16_t>(sample.values, bytes_);
      break;
    default:
      put_values<std::uint32_t>(sample.values, bytes_);
      break;
  }
  const std::array<double, 2> columns{sample.log_probability, static_cast<double>(sample.stop)};
  out.append(bytes_, columns);
  if (sample.prompt > 0) out.mark_prompt(sample.prompt);
}

}  // namespace genloss::workers

#include "workers/families/language/transformer_costs.hpp"

#include <algorithm>
#include <string>

#include "workers/costs/lane_costs.hpp"
#include "workers/passes/pass_rate.hpp"
#include "workers/sampling/activations.hpp"
#include "workers/sampling/decoder.hpp"
#include "workers/sampling/decoding_rate.hpp"
#include "workers/scoring/scorer.hpp"
#include "workers/text/study_tokenizer.hpp"
#include "workers/training/gradient_norm.hpp"
#include "workers/training/schedule.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers {
namespace {

using Size = std::uint64_t;
constexpr Size real = sizeof(float);

Size size(int value) { return static_cast<Size>(value); }

/// Numbers of the study that the formulas share.
struct Shape {
  Shape(const jobs::StudySpec& study, int rank_count)
      : spec(study),
        a(architecture_of(study, vocabulary_of(study))),
        layout(parameter_layout(a)),
        ranks(size(rank_count)),
        flat(layout.flat_size()) {
    const Size unit = norm_block * ranks;
    padded = (flat + unit - 1) / unit * unit;
    for (const auto& p : layout.parameters()) {
      largest = std::max<Size>(largest, p.count);
      if (p.shape.size() == 2 && !p.name.ends_with("wpe.weight")) matrices += p.count;
    }
  }
  const jobs::StudySpec& spec;
  Architecture a;
  ParameterLayout layout;
  Size ranks, flat, padded = 0;
  Size largest = 0;   // parameter
  Size matrices = 0;  // elements of all that are multiplied with
};

Size rows_per_lane(const Shape& s) { return size(s.spec.training.batch / s.spec.training.lanes); }
Size rows_per_pass(const Shape& s) {
  return s.spec.training.micro_batch == 0 ? rows_per_lane(s) : size(s.spec.training.micro_batch);
}
bool on_gpu(const Shape& s) { return s.spec.runtime.device == jobs::DeviceKind::cuda; }
Size parameter_bytes(const Shape& s) { return s.spec.training.precision == jobs::Precision::bf16 ? 2 : real; }
bool gated(const Shape& s) { return s.a.feed_forward_kind == FeedForward::swiglu; }
Size query_size(const Shape& s) { return size(s.a.heads) * size(s.a.head_size); }
Size qkv_size(const Shape& s) { return query_size(s) + 2 * size(s.a.kv_heads) * size(s.a.head_size); }

/// workers/passes: kept per block, shared by blocks, the streams between them, the head.
Size activation_floats(const Shape& s) {
  const Size w = size(s.a.width), f = size(s.a.feed_forward), v = size(s.a.vocabulary), halves = gated(s) ? 2 : 1;
  const Size tokens = rows_per_pass(s) * size(s.a.context);
  const Size row_statistics = 2;
  const Size block = 3 * w + qkv_size(s) + query_size(s) + size(s.a.heads) + halves * f + 2 * row_statistics;
  const Size scratch = f * (gated(s) ? 4 : 2) + 3 * w + qkv_size(s) + query_size(s);
  const Size streams = (size(s.a.layers) + 2) * w;
  const Size head = 4 * w + row_statistics;
  const Size score_rows = std::min<Size>(tokens, std::max<Size>(64, (Size{1} << 22) / v));
  const Size packed = tokens * w + score_rows * std::min(w, v);
  return tokens * (size(s.a.layers) * block + scratch + streams + head) + score_rows * v + packed;
}

bool validates(const Shape& s) { return s.spec.training.patience > 0; }

struct GradientCosts {
  Size own_floats = 0, received_floats = 0, bytes_sent = 0;
};

GradientCosts gradient_costs(const Shape& s) {
  const int ranks = static_cast<int>(s.ranks);
  GradientCosts costs;
  if (s.spec.training.reduction == jobs::Reduction::exact) {
    const LaneCosts lanes = lane_costs<float>(ranks, s.spec.training.lanes, s.padded);
    costs = {(lanes.buffers - lanes.received) * s.padded, lanes.received * s.padded, lanes.bytes_sent};
  } else {  // GPUs add up whole buckets, the others slices
    costs.own_floats = s.padded;
    costs.received_floats = s.padded / s.ranks;
    const Size times = s.spec.runtime.device == jobs::DeviceKind::cuda ? 2 : 1;
    costs.bytes_sent = times * real * (s.padded - s.padded / s.ranks);
  }
  costs.own_floats += s.largest + size(s.a.vocabulary) * size(s.a.width);  // one gradient, the embedding's
  if (rows_per_pass(s) != rows_per_lane(s)) costs.own_floats += s.flat;    // micro-batches collect in a whole one
  return costs;
}

/// One step: gradient slices, losses and flags, norms, new parameters.
Size step_bytes(const Shape& s, const GradientCosts& gradients) {
  const Size slice = s.padded / s.ranks;
  const int lanes = s.spec.training.lanes;
  const Size rest = bytes_sent(static_cast<int>(s.ranks), [&](comms::Communicator& ranks) {
    std::vector<double> losses(static_cast<std::size_t>(lanes) + 3);
    ranks.all_reduce(comms::buffer_of(std::span(losses)), comms::ReduceOp::sum, "planned losses");
  });
  const Size gathered =
      s.ranks == 1 ? 0 : (s.ranks - 1) * (slice * parameter_bytes(s) + slice / norm_block * sizeof(double));
  return gradients.bytes_sent + rest + gathered;
}

std::vector<MemoryPart> training_memory(const Shape& s, const GradientCosts& gradients) {
  return {{"weights", real * (s.flat + s.padded + s.matrices)},  // start values, parameters, turned copies
          {"gradients", real * gradients.own_floats},
          {"optimizer", real * (validates(s) ? 3 : 2) * (s.padded / s.ranks)},  // and the best parameters so far
          {"activations", real * activation_floats(s)},
          {"staging", real * gradients.received_floats}};
}

std::vector<MemoryPart> sampling_memory(const Shape& s) {
  const auto& sampling = s.spec.sampling;
  const int threads = s.spec.runtime.threads;
  const int wanted = sampling.max_tokens + (sampling.prompt == jobs::PromptSource::human ? sampling.prompt_tokens : 0);
  const int longest = std::min(wanted, s.a.context);  // a longer sample reads part of itself again
  const int rows = rows_at_once(s.a, longest, (sampling.batch + threads - 1) / threads);
  const Size tables = size(s.a.vocabulary + (s.a.is_gpt2() ? s.a.context : 0)) * size(s.a.width);
  const Size per_thread = Activations::tokens * (2 * size(s.a.width) + qkv_size(s) + query_size(s) +
                                                 size(s.a.feed_forward) + size(s.a.vocabulary));
  const Size drawn = sampling.shard_samples * size(wanted);
  return {{"weights", real * (2 * s.flat + s.matrices + tables)},  // trained, read back, packed
          {"KV cache", size(threads) * size(rows) * KvCache::row_bytes(s.a, s.a.context)},
          {"activations", real * size(threads) * per_thread},
          {"staging", drawn + 8 * sampling.shard_samples}};
}

/// LibTorch's forward pass over a block of windows: the largest of a layer's and of the head's temporaries.
std::vector<MemoryPart> scoring_memory(const Shape& s) {
  const Size tokens = Scorer::windows_per_block * size(s.a.context);
  const Size layer = 3 * size(s.a.width) + qkv_size(s) + (gated(s) ? 3 : 2) * size(s.a.feed_forward);
  const Size head = size(s.a.width) + 4 * size(s.a.vocabulary);
  return {{"weights", real * 2 * s.flat}, {"activations", real * tokens * std::max(layer, head)}};
}

/// workers/cuda: automatic differentiation keeps what the backward pass needs of every layer; every lane opens a buffer
/// before it is folded into the tree.
std::vector<MemoryPart> gpu_training_memory(const Shape& s) {
  const Size w = size(s.a.width), f = size(s.a.feed_forward), tokens = rows_per_pass(s) * size(s.a.context);
  const Size bytes = parameter_bytes(s), slice = s.padded / s.ranks;
  const int ranks = static_cast<int>(s.ranks), lanes = s.spec.training.lanes;
  const bool tree = s.spec.training.reduction == jobs::Reduction::exact;
  const LaneCosts sums = tree ? lane_costs<float>(ranks, lanes, s.padded) : LaneCosts{};
  const Size own = tree ? sums.buffers - sums.received + (s.ranks < size(lanes) ? 1 : 0) : 1;
  const Size kept = 5 * w + qkv_size(s) + query_size(s) + (gated(s) ? 4 : 2) * f;
  const Size scores = size(s.a.vocabulary) * (bytes + 3 * real);  // as computed, as float, their logarithms, gradients
  const Size masters = bytes == real ? 2 : 3;                     // moments, and the float parameters behind bf16 ones
  return {{"weights", bytes * s.padded},
          {"gradients", real * (own * s.padded + s.largest)},
          {"optimizer", real * masters * slice},
          {"activations", tokens * (bytes * size(s.a.layers) * kept + scores)},
          {"staging", real * sums.received * s.padded}};
}

std::vector<MemoryPart> gpu_sampling_memory(const Shape& s) {
  const Size rows = size(s.spec.sampling.batch), positions = size(s.a.context);
  const Size cache = 2 * size(s.a.layers) * size(s.a.kv_heads) * size(s.a.head_size) * positions;
  const Size work = 3 * size(s.a.width) + qkv_size(s) + 2 * size(s.a.feed_forward) + size(s.a.vocabulary) +
                    size(s.a.heads) * positions;
  return {{"weights", real * s.flat}, {"KV cache", real * rows * cache}, {"activations", real * rows * work}};
}

/// Header of model.safetensors: a line of JSON for each tensor.
Size header_bytes(const ParameterLayout& layout) {
  Size bytes = 40;
  for (const auto& p : layout.parameters()) {
    bytes += p.name.size() + std::string_view(R"("":{"dtype":"F32","shape":[],"data_offsets":[,]},)").size();
    for (const auto extent : p.shape) bytes += std::to_string(extent).size() + 1;
    bytes += 2 * std::to_string(p.offset * real).size();
  }
  return bytes;
}

double product_weights(const Shape& s) {
  double weights = static_cast<double>(s.a.vocabulary) * s.a.width;  // the head, tied or not
  for (const auto& p : s.layout.parameters()) {
    const bool lookup = p.name.ends_with("wte.weight") || p.name.ends_with("wpe.weight") ||
                        p.name.ends_with("embed_tokens.weight") || p.name == "lm_head.weight";
    if (p.shape.size() == 2 && !lookup) weights += static_cast<double>(p.count);
  }
  return weights;
}

}  // namespace

ModelCosts transformer_costs(const jobs::StudySpec& spec, int ranks) {
  const Shape s(spec, ranks);
  const GradientCosts gradients = gradient_costs(s);
  ModelCosts costs;
  costs.parameters = s.layout.parameter_count();
  costs.model_bytes = s.layout.parameter_count() * real + header_bytes(s.layout) + tokenizer_bytes(s.a.vocabulary) +
                      970;  // config, manifest
  costs.model_files = 5;
  costs.checkpoint_bytes = (validates(s) ? 4 : 3) * s.flat * real + 160 * s.ranks + 400;
  costs.checkpoint_files = s.ranks + 1;
  costs.training_flops = training_flops_per_token(s.a);
  costs.scoring_flops = costs.training_flops / 3;
  const auto& sampling = spec.sampling;
  const double before = (sampling.prompt == jobs::PromptSource::human ? sampling.prompt_tokens : 0) +
                        0.5 * static_cast<double>(sampling.max_tokens);
  costs.sampling_flops = 2 * product_weights(s) + 4.0 * s.a.layers * static_cast<double>(query_size(s)) * before;
  costs.step_bytes = step_bytes(s, gradients);
  costs.scored_value_bytes = sizeof(TokenScore);
  const auto measures = [each = 280 + 9 * size(spec.measures.bootstrap)](Size count) {
    return count * each;
  };  // measured
  costs.measure_bytes = {measures(17), measures(22), measures(22)};
  costs.training_memory = on_gpu(s) ? gpu_training_memory(s) : training_memory(s, gradients);
  costs.sampling_memory = on_gpu(s) ? gpu_sampling_memory(s) : sampling_memory(s);
  costs.scoring_memory = scoring_memory(s);
  costs.training = [section = spec.training, context = size(s.a.context)](int generation, Size units) {
    const Size steps = training_steps(section.of(generation), context, units);
    return TrainingAmount{steps, steps * size(section.batch) * context};
  };
  return costs;
}

MeasuredSpeeds transformer_speeds(const jobs::StudySpec& spec) {
  const Architecture shape = architecture_of(spec, vocabulary_of(spec));
  const auto& t = spec.training;
  const int rows = t.micro_batch > 0 ? t.micro_batch : t.batch / t.lanes;
  return {measure_training_rate(shape, rows, spec.runtime.threads), measure_sampling_rate(shape, spec)};
}

RoughWork transformer_work(const jobs::StudySpec& spec) {
  constexpr double flops = 3e10;
  const jobs::ModelSection& m = spec.model;
  const double parameters =
      (12.0 * m.layers * m.width * m.width) + (static_cast<double>(spec.text.vocabulary) * m.width);
  const jobs::SamplingSection& s = spec.sampling;
  const double drawn = s.tokens > 0 ? static_cast<double>(s.tokens) : static_cast<double>(s.samples) * s.max_tokens;
  return {drawn, 2 * parameters / flops};
}

Size tokenizer_bytes(int vocabulary) {
  constexpr Size of_bytes = 5'030, each = 67;  // measured; a token stands in the vocabulary and in a merge
  return of_bytes + each * static_cast<Size>(vocabulary - 256);
}

}  // namespace genloss::workers

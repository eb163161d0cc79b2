#include "workers/sampling/decoder.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers {

int rows_at_once(const Architecture& architecture, int positions, int batch) {
  constexpr std::size_t cache_of_a_core = std::size_t{32} << 20;  // beyond the second level
  constexpr int full_tile = 8;                                    // rows whose products use the registers fully
  const auto rows = static_cast<int>(cache_of_a_core / KvCache::row_bytes(architecture, positions));
  const int chosen = rows / full_tile * full_tile;
  return chosen == 0 ? batch : std::min(batch, chosen);
}

Decoder::Decoder(std::shared_ptr<const PackedModel> model, int rows)
    : model_(std::move(model)), cache_(model_->architecture(), rows), work_(model_->architecture()) {}

void Decoder::check(std::span<const DecodeToken> tokens) const {
  for (const auto& t : tokens) {
    const bool fine = t.row >= 0 && t.row < cache_.rows() && t.position >= 0 && t.position < architecture().context &&
                      t.id >= 0 && t.id < architecture().vocabulary;
    if (fine) continue;
    throw Error(ExitCode::internal, "decode token", std::to_string(t.id),
                "row " + std::to_string(t.row) + " or position " + std::to_string(t.position) +
                    " or the token itself is outside the model");
  }
}

void Decoder::forward(std::span<const DecodeToken> tokens, const LogitSink& sink) {
  check(tokens);
  for (std::size_t first = 0; first < tokens.size(); first += Activations::tokens) {
    const std::size_t count = std::min<std::size_t>(Activations::tokens, tokens.size() - first);
    forward_tile(tokens.subspan(first, count), first, sink);
  }
}

void Decoder::forward_tile(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  constexpr int enough_for_two = 16;  // below, products of half the rows would use the registers badly
  const int count = static_cast<int>(tokens.size());
  tokens_ = tokens;
  for (int t = 0; t < count; ++t) {
    const auto& token = tokens[static_cast<std::size_t>(t)];
    model_->embed(token.id, token.position, work_.residual.at(t));
  }
  if (count >= enough_for_two && numerics::threads_to_share() == 1) {
    overlapped({0, count / 2}, {count / 2, count});
  } else {
    in_turn({0, count});
  }
  logits(tokens, first, sink);
}

void Decoder::in_turn(Group whole) {
  for (int layer = 0; layer < architecture().layers; ++layer) {
    before_attention(layer, whole);
    attention(layer, whole);
    after_attention(layer, whole);
  }
}

void Decoder::overlapped(Group early, Group late) {
  // A row whose tokens are in both groups is in order: the early group is always ahead in a layer's attention.
  const int layers = architecture().layers;
  before_attention(0, early);
  for (int layer = 0; layer < layers; ++layer) {
    begin_waiting(layer, early, model_->layer(layer).query_key_value.size() + (layer == 0 ? 0 : after(layer - 1)));
    if (layer > 0) after_attention(layer - 1, late);
    before_attention(layer, late);
    finish_waiting();

    const bool last = layer + 1 == layers;
    begin_waiting(layer, late, after(layer) + (last ? 0 : model_->layer(layer + 1).query_key_value.size()));
    after_attention(layer, early);
    if (!last) before_attention(layer + 1, early);
    finish_waiting();
  }
  after_attention(layers - 1, late);
}

std::size_t Decoder::after(int layer) const noexcept {
  const PackedLayer& weights = model_->layer(layer);
  return weights.attention_out.size() + weights.feed_forward_in.size() + weights.feed_forward_out.size();
}

void Decoder::before_attention(int layer, Group group) {
  const PackedLayer& weights = model_->layer(layer);
  normalise(weights.before_attention, group, work_.normal);
  multiply(weights.query_key_value, work_.normal, group, work_.query_key_value, numerics::Epilogue::store);
  const int heads = architecture().heads + architecture().kv_heads;
  for (int t = group.first; t < group.end; ++t) {
    model_->rotate(work_.query_key_value.at(t), heads, tokens_[static_cast<std::size_t>(t)].position);
  }
}

void Decoder::attention(int layer, Group group) {
  // A token reads what earlier ones of its row have stored: tokens go one after the other, heads side by side.
  for (int t = group.first; t < group.end; ++t) {
    numerics::parallel(static_cast<std::size_t>(architecture().kv_heads),
                       [&](std::size_t head) { attend(layer, t, static_cast<int>(head)); });
  }
}

void Decoder::attend(int layer, int row, int head) {
  const Architecture& a = architecture();
  const DecodeToken& token = tokens_[static_cast<std::size_t>(row)];
  const float* const query_key_value = work_.query_key_value.at(row);
  const int key_start = a.heads * a.head_size, value_start = key_start + a.kv_heads * a.head_size;
  const int group = a.heads / a.kv_heads, offset = head * a.head_size;
  cache_.store(layer, token.row, head, token.position, query_key_value + key_start + offset,
               query_key_value + value_start + offset);
  for (int query = head * group; query < (head + 1) * group; ++query) {
    const std::ptrdiff_t place = static_cast<std::ptrdiff_t>(query) * a.head_size;
    numerics::kernels().decode_attend({query_key_value + place, cache_.keys(layer, token.row, head),
                                       cache_.values(layer, token.row, head), token.position + 1, a.head_size},
                                      work_.attention_scores(head), work_.head_out(head));
    std::copy_n(work_.head_out(head), a.head_size, work_.attended.at(row) + place);
  }
}

void Decoder::after_attention(int layer, Group group) {
  const PackedLayer& weights = model_->layer(layer);
  const bool gated = architecture().feed_forward_kind == FeedForward::swiglu;
  multiply(weights.attention_out, work_.attended, group, work_.residual, numerics::Epilogue::add);
  normalise(weights.before_feed_forward, group, work_.normal);
  multiply(weights.feed_forward_in, work_.normal, group, work_.hidden,
           gated ? numerics::Epilogue::swiglu : numerics::Epilogue::gelu);
  multiply(weights.feed_forward_out, work_.hidden, group, work_.residual, numerics::Epilogue::add);
}

void Decoder::normalise(const NormWeights& weights, Group group, numerics::Rows out) const {
  for (int t = group.first; t < group.end; ++t) normalise_row(weights, work_.residual.at(t), out.at(t));
}

void Decoder::normalise_row(const NormWeights& weights, const float* from, float* to) const {
  numerics::kernels().normalise_row(from, weights.weight.data(), weights.bias_or_null(), to,
                                    static_cast<std::size_t>(architecture().width),
                                    static_cast<float>(architecture().norm_epsilon));
}

void Decoder::begin_waiting(int layer, Group group, std::size_t to_multiply) {
  waiting_ = {group, layer,
              0,     static_cast<std::size_t>(group.size()) * static_cast<std::size_t>(architecture().kv_heads),
              0,     to_multiply};
}

void Decoder::finish_waiting() {
  do_steps(waiting_.steps);
  waiting_ = {};
}

std::size_t Decoder::due_after(std::size_t weights) {
  waiting_.multiplied += weights;
  return waiting_.steps * waiting_.multiplied / waiting_.to_multiply;
}

void Decoder::list_next(std::size_t end) {
  const auto heads = static_cast<std::size_t>(architecture().kv_heads);
  next_.clear();
  for (std::size_t step = waiting_.done; step < end; ++step) {
    const DecodeToken& token = tokens_[static_cast<std::size_t>(waiting_.group.first) + step / heads];
    const int head = static_cast<int>(step % heads);
    next_.push_back(cache_.keys_before(waiting_.layer, token.row, head, token.position));
    next_.push_back(cache_.values_before(waiting_.layer, token.row, head, token.position));
  }
}

void Decoder::do_steps(std::size_t end) {
  const auto heads = static_cast<std::size_t>(architecture().kv_heads);
  for (; waiting_.done < end; ++waiting_.done) {
    attend(waiting_.layer, waiting_.group.first + static_cast<int>(waiting_.done / heads),
           static_cast<int>(waiting_.done % heads));
  }
}

void Decoder::multiply(const numerics::PackedMatrix& weights, numerics::Rows in, Group group, numerics::Rows out,
                       numerics::Epilogue epilogue) {
  const auto panels = [&](int begin, int end, numerics::ReadNext next) {
    numerics::kernels().decode_multiply(weights, of(group, in), group.size(), of(group, out), epilogue, begin, end,
                                        next);
  };
  if (waiting_.steps == 0) {
    constexpr std::size_t panels_at_once = 2;
    numerics::parallel_blocks(
        static_cast<std::size_t>(weights.panels()), panels_at_once,
        [&](std::size_t begin, std::size_t end) { panels(static_cast<int>(begin), static_cast<int>(end), {}); });
    return;
  }
  for (int panel = 0; panel < weights.panels(); ++panel) {
    const std::size_t due = due_after(weights.size() / static_cast<std::size_t>(weights.panels()));
    list_next(due);
    panels(panel, panel + 1, next_);
    do_steps(due);
  }
}

void Decoder::logits(std::span<const DecodeToken> tokens, std::size_t first, const LogitSink& sink) {
  const Architecture& a = architecture();
  int wanted = 0;
  for (int t = 0; t < static_cast<int>(tokens.size()); ++t) {
    if (!tokens[static_cast<std::size_t>(t)].wants_logits) continue;
    normalise_row(model_->last_norm(), work_.residual.at(t), work_.normal.at(wanted++));
  }
  multiply(model_->head(), work_.normal, {0, wanted}, work_.logits, numerics::Epilogue::store);
  wanted = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (!tokens[t].wants_logits) continue;
    sink(first + t, {work_.logits.at(wanted++), static_cast<std::size_t>(a.vocabulary)});
  }
}

}  // namespace genloss::workers

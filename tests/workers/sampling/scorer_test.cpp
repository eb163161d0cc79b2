#include "workers/scoring/scorer.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/workers/sampling/fixtures.hpp"
#include "workers/transformer/forward.hpp"

namespace genloss::workers {
namespace {

using tests::babble;
using tests::loud_weights;

constexpr int scored_vocabulary = 37;

std::vector<TokenScore> score_all(const Scorer& scorer, const std::vector<Passage>& texts, std::uint64_t context) {
  const auto windows = score_windows(texts, context);
  std::vector<TokenScore> all;
  for (std::uint64_t block = 0; block < Scorer::blocks(windows.size()); ++block) {
    const auto scores = scorer.score(texts, windows, block);
    all.insert(all.end(), scores.begin(), scores.end());
  }
  return all;
}

TEST(score_windows, predict_every_token_once_with_half_a_context_before_it) {
  for (const std::uint64_t context : {2U, 7U, 8U, 40U}) {
    for (const bool ends : {false, true}) {
      std::vector<Passage> texts;
      for (const std::size_t length : {0U, 1U, 7U, 8U, 9U, 39U, 40U, 41U, 100U, 203U}) {
        texts.push_back({babble(length, scored_vocabulary), 0, ends});
      }
      std::vector<std::uint64_t> next(texts.size(), 1);
      for (const auto& w : score_windows(texts, context)) {
        EXPECT_EQ(w.first, next[w.text]);
        EXPECT_LE(w.end - 1 - w.begin, context) << "elements read";
        EXPECT_LT(w.first, w.end);
        EXPECT_GE(w.begin > 0 ? w.first - w.begin : context, context / 2);
        next[w.text] = w.end;
      }
      for (std::size_t t = 0; t < texts.size(); ++t) EXPECT_EQ(next[t], texts[t].tokens.size() + (ends ? 2 : 1));
    }
  }
}

TEST(score_windows, what_is_given_is_not_predicted) {
  const std::vector<Passage> texts{{babble(30, scored_vocabulary), 12, true}};
  const auto windows = score_windows(texts, 40);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].begin, 1U) << "no end of another text stands in front of a prompt";
  EXPECT_EQ(windows[0].first, 13U);
  EXPECT_EQ(windows[0].end, 32U);
}

TEST(score_windows, a_limit_is_shared_out_evenly_and_used_up) {
  using Shares = std::vector<std::uint64_t>;
  EXPECT_EQ(share_out(Shares{5, 100, 20}, 1000), (Shares{5, 100, 20}));
  EXPECT_EQ(share_out(Shares{5, 100, 20}, 41), (Shares{5, 18, 18}));
  EXPECT_EQ(share_out(Shares{5, 100, 20}, 42), (Shares{5, 19, 18}));
  EXPECT_EQ(share_out(Shares{9, 9, 9}, 2), (Shares{1, 1, 0}));
  EXPECT_EQ(share_out(Shares{}, 2), Shares{});
}

TEST(scorer, surprisals_sum_to_the_cross_entropy_of_the_full_forward_pass) {
  for (const auto& architecture : tests::small_architectures()) {
    const auto weights = loud_weights(architecture);
    const std::vector<Passage> texts{{babble(40, scored_vocabulary), 0, false}};
    const auto scores = score_all(Scorer(weights, 1, 0), texts, 40);
    ASSERT_EQ(scores.size(), 40U);
    std::vector<std::int64_t> read{0};
    read.insert(read.end(), texts[0].tokens.begin(), texts[0].tokens.end() - 1);
    const at::Tensor p =
        at::log_softmax(logits(*weights, at::tensor(read).unsqueeze(0)).squeeze(0).to(at::kDouble), -1);
    for (std::size_t i = 0; i < 40; ++i) {
      const auto row = p[static_cast<std::int64_t>(i)];
      EXPECT_EQ(scores[i].token, texts[0].tokens[i]);
      EXPECT_NEAR(scores[i].surprisal_nats, -row[scores[i].token].item<double>(), 2e-4);
      EXPECT_NEAR(scores[i].confidence, row.max().exp().item<double>(), 1e-4);
      EXPECT_NEAR(scores[i].entropy_nats, -(row.exp() * row).sum().item<double>(), 5e-4);
      EXPECT_EQ(scores[i].likeliest, row.argmax().item<std::int64_t>());
    }
  }
}

TEST(scorer, scores_as_many_tokens_as_there_are_and_the_end_where_a_text_ends) {
  const Scorer scorer(loud_weights(tests::small_gpt2()), 1, 0);
  std::vector<Passage> texts;
  std::size_t tokens = 0;
  for (std::size_t length = 0; length < 130; length += 5) {
    texts.push_back({babble(length, scored_vocabulary, length + 1), 0, length % 2 == 0});
    tokens += length + (length % 2 == 0 ? 1 : 0);
  }
  const auto scores = score_all(scorer, texts, 40);
  EXPECT_EQ(scores.size(), tokens);
  const auto windows = score_windows(texts, 40);
  std::size_t at = 0;
  for (const auto& text : texts) {
    for (const auto token : text.tokens) EXPECT_EQ(scores[at++].token, token);
    if (text.ended) {
      EXPECT_EQ(scores[at++].token, 0);
    }
  }
  EXPECT_TRUE(
      std::is_sorted(scores.begin(), scores.end(), [](const auto& a, const auto& b) { return a.window < b.window; }));
  EXPECT_EQ(scores.back().window, windows.size() - 1);
}

TEST(scorer, a_text_scores_the_same_bits_whatever_is_scored_beside_it) {
  const Scorer scorer(loud_weights(tests::small_llama()), 1, 0);
  const Passage text{babble(33, scored_vocabulary), 0, true};
  const auto alone = score_all(scorer, {text}, 40);
  std::vector<Passage> crowd(21, Passage{babble(11, scored_vocabulary, 5), 0, false});
  crowd[18] = text;
  const auto scores = score_all(scorer, crowd, 40);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(scores[18 * 11 + i].surprisal_nats, alone[i].surprisal_nats);
    EXPECT_EQ(scores[18 * 11 + i].entropy_nats, alone[i].entropy_nats);
  }
}

TEST(scorer, a_short_text_scores_the_same_bits_beside_a_long_one) {
  for (Architecture a : tests::small_architectures()) {
    a.context = 200;  // short texts are read by shorter passes
    const Scorer scorer(loud_weights(a), 1, 0);
    const Passage text{babble(33, scored_vocabulary), 0, true};
    const auto alone = score_all(scorer, {text}, 200);
    const auto beside = score_all(scorer, {text, Passage{babble(150, scored_vocabulary, 5), 0, true}}, 200);
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(beside[i].surprisal_nats, alone[i].surprisal_nats) << i;
  }
}

TEST(scorer, a_sample_scores_what_the_sampler_said_of_it) {
  const auto weights = loud_weights(tests::small_gpt2());
  TransformerSampler sampler(weights, tests::sampling_spec(), 0);
  const auto drawn = tests::draw(sampler, 0, 6, scored_vocabulary);
  std::vector<Passage> texts;
  for (std::size_t i = 0; i < 6; ++i) {
    texts.push_back({{drawn.samples[i].begin(), drawn.samples[i].end()}, 0, drawn.stop_reason[i] == 1});
  }
  const auto windows = score_windows(texts, 40);
  std::vector<double> sums(6);
  for (const auto& s : Scorer(weights, 1, 0).score(texts, windows, 0)) sums[windows[s.window].text] -= s.surprisal_nats;
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(sums[i], drawn.log_probability[i], 1e-3);
}

}  // namespace
}  // namespace genloss::workers

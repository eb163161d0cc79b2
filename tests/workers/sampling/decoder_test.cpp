#include "workers/sampling/decoder.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "tests/workers/sampling/fixtures.hpp"
#include "workers/numerics/threads.hpp"
#include "workers/transformer/forward.hpp"

namespace genloss::workers {
namespace {

using tests::babble;
using tests::loud_weights;
using tests::packed;

using Logits = std::vector<std::vector<float>>;

/// Logits after each token of `text`, decoded one by one in row `row`.
Logits decode_singly(Decoder& decoder, int row, std::span<const std::int32_t> text) {
  Logits all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const DecodeToken token{row, static_cast<int>(i), text[i], true};
    decoder.forward({&token, 1}, [&](std::size_t, std::span<const float> l) { all.emplace_back(l.begin(), l.end()); });
  }
  return all;
}

/// The same in one call.
Logits prefill(Decoder& decoder, int row, std::span<const std::int32_t> text) {
  std::vector<DecodeToken> tokens;
  for (std::size_t i = 0; i < text.size(); ++i) tokens.push_back({row, static_cast<int>(i), text[i], true});
  Logits all(text.size());
  decoder.forward(tokens, [&](std::size_t t, std::span<const float> l) { all[t].assign(l.begin(), l.end()); });
  return all;
}

TEST(decoder, agrees_with_the_full_forward_pass_at_every_position) {
  for (const auto& architecture : tests::small_architectures()) {
    const auto weights = loud_weights(architecture);
    const auto text = babble(static_cast<std::size_t>(architecture.context), architecture.vocabulary);
    const at::Tensor tokens = at::tensor(std::vector<std::int64_t>(text.begin(), text.end())).unsqueeze(0);
    const at::Tensor full = logits(*weights, tokens).squeeze(0).contiguous();
    const double tolerance = 1e-5 * std::max(1.0, full.abs().max().item<double>());
    Decoder decoder(packed(*weights), 1);
    const Logits decoded = decode_singly(decoder, 0, text);
    for (std::int64_t i = 0; i < full.size(0); ++i) {
      for (std::int64_t v = 0; v < full.size(1); ++v) {
        ASSERT_NEAR(decoded[static_cast<std::size_t>(i)][static_cast<std::size_t>(v)],
                    full.data_ptr<float>()[i * full.size(1) + v], tolerance)
            << "position " << i;
      }
    }
  }
}

TEST(decoder, a_prefilled_text_gives_the_bits_of_a_text_decoded_token_by_token) {
  for (const auto& architecture : tests::small_architectures()) {
    const auto model = packed(*loud_weights(architecture));
    const auto text = babble(static_cast<std::size_t>(architecture.context), architecture.vocabulary);
    Decoder decoder(model, 3);
    EXPECT_EQ(prefill(decoder, 2, text), decode_singly(decoder, 0, text));
  }
}

/// Logits of `text` decoded in the middle one of `rows` rows, among other texts, of which some want no logits.
Logits decode_in_a_crowd(Decoder& crowd, std::span<const std::int32_t> text) {
  const int rows = crowd.rows(), mine = rows / 2;
  std::vector<DecodeToken> tokens(static_cast<std::size_t>(rows));
  Logits all;
  for (std::size_t step = 0; step < text.size(); ++step) {
    const auto others = babble(tokens.size(), crowd.architecture().vocabulary, step + 9);
    for (int row = 0; row < rows; ++row) {
      const auto r = static_cast<std::size_t>(row);
      tokens[r] = {row, static_cast<int>(step), row == mine ? text[step] : others[r], row == mine || row % 3 != 1};
    }
    crowd.forward(tokens, [&](std::size_t t, std::span<const float> l) {
      if (tokens[t].row == mine) all.emplace_back(l.begin(), l.end());
    });
  }
  return all;
}

TEST(decoder, a_row_has_the_same_bits_alone_and_among_others) {
  for (const auto& architecture : tests::small_architectures()) {
    const auto model = packed(*loud_weights(architecture));
    const auto text = babble(20, architecture.vocabulary);
    Decoder alone(model, 1);
    const Logits expected = decode_singly(alone, 0, text);
    for (const int rows : {2, 3, 8, 17, 70}) {
      Decoder crowd(model, rows);
      EXPECT_EQ(decode_in_a_crowd(crowd, text), expected) << rows << " rows";
    }
  }
}

/// Logits after all tokens of `texts`, a row each, in calls of 12 tokens of every row.
Logits prefill_rows(Decoder& decoder, const std::vector<std::vector<std::int32_t>>& texts) {
  constexpr std::size_t at_once = 12;
  Logits all;
  for (std::size_t begin = 0; begin < texts.front().size(); begin += at_once) {
    std::vector<DecodeToken> tokens;
    for (std::size_t row = 0; row < texts.size(); ++row) {
      for (std::size_t i = begin; i < std::min(begin + at_once, texts[row].size()); ++i) {
        tokens.push_back({static_cast<int>(row), static_cast<int>(i), texts[row][i], i % 3 == 0});
      }
    }
    decoder.forward(tokens, [&](std::size_t, std::span<const float> l) { all.emplace_back(l.begin(), l.end()); });
  }
  return all;
}

TEST(decoder, has_the_same_bits_with_attention_between_the_products_of_other_tokens) {
  for (const auto& architecture : tests::small_architectures()) {
    const auto model = packed(*loud_weights(architecture));
    std::vector<std::vector<std::int32_t>> texts;
    for (std::uint64_t row = 0; row < 3; ++row) texts.push_back(babble(30, architecture.vocabulary, row));
    Decoder overlapping(model, 3), in_turn(model, 3);
    numerics::use_threads(1);  // 36 tokens: the middle row's are in both halves
    const Logits overlapped = prefill_rows(overlapping, texts);
    numerics::use_threads(2);  // which share heads and products
    EXPECT_EQ(prefill_rows(in_turn, texts), overlapped);
    numerics::use_threads(1);
  }
}

TEST(decoder, few_rows_at_once_where_their_cache_fits_and_all_where_it_does_not) {
  Architecture a;  // 4 layers, width 128: 1 MiB for 256 positions
  EXPECT_EQ(rows_at_once(a, 256, 64), 32);
  EXPECT_EQ(rows_at_once(a, 256, 5), 5);
  EXPECT_EQ(rows_at_once(a, 128, 128), 64);
  a.layers = a.heads = a.kv_heads = 6;
  a.head_size = 64;
  a.width = 384;
  EXPECT_EQ(rows_at_once(a, 256, 64), 64);
}

TEST(decoder, a_row_that_begins_again_forgets_what_it_held) {
  const auto architecture = tests::small_gpt2();
  const auto model = packed(*loud_weights(architecture));
  const auto text = babble(12, architecture.vocabulary);
  Decoder fresh(model, 1), used(model, 1);
  (void)prefill(used, 0, babble(40, architecture.vocabulary, 3));
  EXPECT_EQ(decode_singly(fresh, 0, text), decode_singly(used, 0, text));
}

TEST(decoder, tokens_outside_the_model_are_refused) {
  const auto architecture = tests::small_gpt2();
  Decoder decoder(packed(*loud_weights(architecture)), 2);
  for (const DecodeToken bad : {DecodeToken{2, 0, 1, true}, DecodeToken{0, 40, 1, true}, DecodeToken{0, 0, 37, true},
                                DecodeToken{0, 0, -1, true}}) {
    EXPECT_THROW(decoder.forward({&bad, 1}, {}), Error);
  }
}

TEST(decoder, tells_the_story_that_the_published_model_tells) {
  const std::filesystem::path folder = std::filesystem::path(GENLOSS_SHARED_DATA) / "stories260K-hf";
  if (!std::filesystem::exists(folder / "greedy_reference.json")) GTEST_SKIP() << folder << " is not here";
  std::ifstream file(folder / "greedy_reference.json");
  const auto expected = nlohmann::json::parse(file).at("greedy_ids_from_bos").get<std::vector<std::int32_t>>();
  Decoder decoder(packed(Weights::load(folder)), 1);
  std::vector<std::int32_t> story;
  DecodeToken token{0, 0, 1, true};  // token 1 begins a text
  while (story.size() < expected.size()) {
    decoder.forward({&token, 1}, [&](std::size_t, std::span<const float> l) {
      story.push_back(static_cast<std::int32_t>(std::max_element(l.begin(), l.end()) - l.begin()));
    });
    token = {0, static_cast<int>(story.size()), story.back(), true};
  }
  EXPECT_EQ(story, expected);
}

}  // namespace
}  // namespace genloss::workers

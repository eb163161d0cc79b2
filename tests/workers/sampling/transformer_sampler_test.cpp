#include "workers/sampling/transformer_sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "jobs/error.hpp"
#include "tests/workers/sampling/fixtures.hpp"

namespace genloss::workers {
namespace {

using tests::draw;
using tests::DrawnShard;
using tests::loud_weights;
using tests::packed;
using tests::sampling_spec;

constexpr int vocabulary = 37;
constexpr int generation = 3;

/// Weights under which the end-of-document token comes up now and then.
std::shared_ptr<const Weights> weights() {
  static const auto made = loud_weights(tests::small_gpt2());
  return made;
}

DrawnShard draw_with(const jobs::StudySpec& spec, std::uint64_t first = 24, std::uint64_t count = 12) {
  TransformerSampler sampler(weights(), spec, generation);
  return draw(sampler, first, count, vocabulary);
}

TEST(transformer_sampler, the_same_shard_twice_and_after_others_has_the_same_digest) {
  TransformerSampler sampler(weights(), sampling_spec(), generation);
  const auto first = draw(sampler, 24, 12, vocabulary);
  EXPECT_EQ(draw(sampler, 24, 12, vocabulary).record.content, first.record.content);
  const auto other = draw(sampler, 36, 12, vocabulary);
  EXPECT_NE(other.samples, first.samples);
  EXPECT_EQ(draw(sampler, 24, 12, vocabulary).record.content, first.record.content);
}

TEST(transformer_sampler, a_sample_does_not_depend_on_batch_threads_or_the_shard_it_is_in) {
  const auto expected = draw_with(sampling_spec());
  for (const int batch : {1, 2, 3, 12, 64}) {
    for (const int threads : {1, 2}) {
      auto spec = sampling_spec();
      spec.sampling.batch = batch;
      spec.runtime.threads = threads;
      EXPECT_EQ(draw_with(spec).record.content, expected.record.content) << batch << " rows, " << threads << " threads";
    }
  }
  const auto larger = draw_with(sampling_spec(), 20, 30);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(larger.samples[i + 4], expected.samples[i]);
    EXPECT_EQ(larger.log_probability[i + 4], expected.log_probability[i]);
  }
}

TEST(transformer_sampler, seed_and_generation_change_every_long_sample) {
  const auto expected = draw_with(sampling_spec());
  auto spec = sampling_spec();
  spec.study.seed = 6;
  EXPECT_NE(draw_with(spec).samples, expected.samples);
  TransformerSampler later(weights(), sampling_spec(), generation + 1);
  EXPECT_NE(draw(later, 24, 12, vocabulary).samples, expected.samples);
}

TEST(transformer_sampler, an_end_token_ends_a_sample_and_is_not_stored) {
  const auto drawn = draw_with(sampling_spec(), 0, 60);
  std::size_t ended = 0;
  for (std::size_t i = 0; i < drawn.samples.size(); ++i) {
    const auto& s = drawn.samples[i];
    EXPECT_EQ(std::count(s.begin(), s.end(), 0), 0);
    if (drawn.stop_reason[i] == 1) {
      ++ended;
      EXPECT_LT(s.size(), 24U + 1);
    } else {
      EXPECT_EQ(s.size(), 24U);
    }
  }
  EXPECT_GT(ended, 3U);
  EXPECT_LT(ended, 57U);
}

TEST(transformer_sampler, without_stop_the_end_token_is_a_token_like_others) {
  auto spec = sampling_spec();
  spec.sampling.stop_at_end = false;
  const auto stopping = draw_with(sampling_spec(), 0, 60), running = draw_with(spec, 0, 60);
  bool seen = false;
  for (std::size_t i = 0; i < running.samples.size(); ++i) {
    const auto& s = running.samples[i];
    EXPECT_EQ(s.size(), 24U);
    EXPECT_EQ(running.stop_reason[i], 0);
    seen = seen || std::count(s.begin(), s.end(), 0) > 0;
    EXPECT_TRUE(std::equal(stopping.samples[i].begin(), stopping.samples[i].end(), s.begin()));
  }
  EXPECT_TRUE(seen);
}

TEST(transformer_sampler, the_log_probability_is_that_of_the_drawn_tokens) {
  auto spec = sampling_spec();
  spec.sampling.temperature = 0.8;
  spec.sampling.top_p = 0.9;
  const auto drawn = draw_with(spec, 0, 8);
  Decoder decoder(packed(*weights()), 1);
  for (std::size_t i = 0; i < drawn.samples.size(); ++i) {
    std::vector<std::int32_t> sequence{0};
    sequence.insert(sequence.end(), drawn.samples[i].begin(), drawn.samples[i].end());
    if (drawn.stop_reason[i] == 1) sequence.push_back(0);
    double sum = 0;
    for (std::size_t t = 0; t + 1 < sequence.size(); ++t) {
      const DecodeToken token{0, static_cast<int>(t), sequence[t], true};
      decoder.forward({&token, 1}, [&](std::size_t, std::span<const float> l) {
        double total = 0;
        for (const float x : l) total += std::exp(static_cast<double>(x));
        sum += static_cast<double>(l[static_cast<std::size_t>(sequence[t + 1])]) - std::log(total);
      });
    }
    EXPECT_NEAR(drawn.log_probability[i], sum, 1e-4);
  }
}

TEST(transformer_sampler, prompts_come_first_are_marked_and_condition_what_follows) {
  auto spec = sampling_spec();
  spec.sampling.prompt = jobs::PromptSource::human;
  spec.sampling.prompt_tokens = 9;
  const auto prompt_of = [](std::uint64_t sample) {
    return Prompt{tests::babble(9, vocabulary, sample + 100), sample * 3, sample + 7};
  };
  const auto draw = [](workers::Sampler& from, std::uint64_t first, std::uint64_t count) {
    return tests::draw(from, first, count, vocabulary, {}, jobs::PromptSource::human);
  };
  TransformerSampler sampler(weights(), spec, generation, prompt_of);
  const auto drawn = draw(sampler, 24, 12);
  EXPECT_EQ(drawn.record.prompt_values, 12 * 9U);
  for (std::size_t i = 0; i < 12; ++i) {
    const Prompt prompt = prompt_of(24 + i);
    EXPECT_EQ(drawn.prompt_length[i], 9);
    EXPECT_TRUE(std::equal(prompt.tokens.begin(), prompt.tokens.end(), drawn.samples[i].begin()));
    EXPECT_EQ(drawn.document[i], prompt.document);
    EXPECT_EQ(drawn.offset[i], prompt.offset);
  }
  spec.sampling.batch = 12;
  spec.runtime.threads = 2;
  TransformerSampler other(weights(), spec, generation, prompt_of);
  EXPECT_EQ(draw(other, 24, 12).record.content, drawn.record.content);
  spec.sampling.temperature = 0;
  TransformerSampler greedy(weights(), spec, generation, prompt_of);
  Decoder decoder(packed(*weights()), 1);
  const auto sample = draw(greedy, 24, 1).samples.front();
  for (int i = 0; i + 1 < static_cast<int>(sample.size()); ++i) {
    const DecodeToken token{0, i, sample[static_cast<std::size_t>(i)], true};
    decoder.forward({&token, 1}, [&](std::size_t, std::span<const float> l) {
      if (i < 8) return;
      EXPECT_EQ(std::max_element(l.begin(), l.end()) - l.begin(), sample[static_cast<std::size_t>(i) + 1]);
    });
  }
}

TEST(transformer_sampler, the_heart_beats_at_every_step_and_counts_finished_samples) {
  TransformerSampler sampler(weights(), sampling_spec(), generation);
  std::vector<std::uint64_t> beats;
  (void)draw(sampler, 0, 12, vocabulary, [&](std::uint64_t done) { beats.push_back(done); });
  EXPECT_GE(beats.size(), 24U);
  EXPECT_TRUE(std::is_sorted(beats.begin(), beats.end()));
  EXPECT_EQ(beats.back(), 12U);
}

TEST(transformer_sampler, a_failure_on_any_thread_ends_the_drawing_and_is_passed_on) {
  auto spec = sampling_spec();
  spec.runtime.threads = 2;
  spec.sampling.prompt = jobs::PromptSource::human;
  spec.sampling.prompt_tokens = 9;
  for (const std::uint64_t bad : {0U, 7U, 11U}) {
    TransformerSampler sampler(weights(), spec, generation, [bad](std::uint64_t sample) {
      if (sample == bad) throw Error(ExitCode::input_output, "read", "text", "no disk");
      return Prompt{tests::babble(9, vocabulary, sample), 0, 0};
    });
    try {
      (void)draw(sampler, 0, 12, vocabulary, {}, jobs::PromptSource::human);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_output);
    }
  }
}

TEST(transformer_sampler, a_heartbeat_may_stop_the_drawing) {
  auto spec = sampling_spec();
  spec.runtime.threads = 2;
  TransformerSampler sampler(weights(), spec, generation);
  EXPECT_THROW((void)draw(sampler, 0, 12, vocabulary,
                          [](std::uint64_t) { throw Error(ExitCode::stopped, "draw", "shard", "stop was requested"); }),
               Error);
  EXPECT_EQ(draw(sampler, 24, 12, vocabulary).record.content, draw_with(sampling_spec()).record.content);
}

TEST(transformer_sampler, a_sample_may_be_longer_than_the_context_and_does_not_depend_on_the_batch) {
  auto spec = sampling_spec();
  spec.sampling.max_tokens = 100;
  spec.sampling.stop_at_end = false;
  const auto alone = [&](int batch) {
    spec.sampling.batch = batch;
    return draw_with(spec, 5, 4);
  };
  const auto drawn = alone(1);
  EXPECT_EQ(drawn.samples[0].size(), 100U);
  EXPECT_EQ(alone(3).samples, drawn.samples);
  // Its beginning is that of a sample that fits.
  spec.sampling.max_tokens = 40;
  const auto fitting = draw_with(spec, 5, 4);
  EXPECT_TRUE(std::equal(fitting.samples[0].begin(), fitting.samples[0].end(), drawn.samples[0].begin()));
}

TEST(transformer_sampler, a_prompt_that_leaves_no_room_is_refused_with_the_numbers) {
  auto spec = sampling_spec();
  spec.sampling.prompt = jobs::PromptSource::human;
  spec.sampling.prompt_tokens = 41;
  try {
    TransformerSampler sampler(weights(), spec, generation);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("41"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("40"), std::string::npos);
  }
}

TEST(transformer_sampler, a_full_context_can_be_drawn) {
  auto spec = sampling_spec();
  spec.sampling.max_tokens = 40;
  spec.sampling.stop_at_end = false;
  EXPECT_EQ(draw_with(spec, 0, 3).samples[2].size(), 40U);
}

}  // namespace
}  // namespace genloss::workers

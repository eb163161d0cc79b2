#include "workers/cuda/device_decoder.hpp"

#include <ATen/core/Tensor.h>

#include "tests/workers/cuda/device_fixtures.hpp"
#include "workers/sampling/decoder.hpp"

namespace genloss {
namespace {

using workers::DecodeToken;
using workers::TokenDecoder;
using workers::cuda::DeviceDecoder;
using Logits = std::vector<std::vector<float>>;

/// Larger than initial ones, so that predictions differ.
workers::Weights loud_weights(const workers::Architecture& a) {
  workers::Weights weights = workers::Weights::initial(a, 5, 0);
  for (float& w : weights.flat()) w *= 4;
  return weights;
}

std::vector<std::int32_t> babble(const workers::Architecture& a, std::uint64_t text) {
  const jobs::CounterRandom random({9, jobs::Purpose::synthetic_load, 0});
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(a.context));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(a.vocabulary), text, i));
  }
  return tokens;
}

/// Logits after each token of `text` in `row`, given in calls of `at_once` tokens.
Logits decode(TokenDecoder& decoder, int row, std::span<const std::int32_t> text, std::size_t at_once) {
  Logits all(text.size());
  for (std::size_t first = 0; first < text.size(); first += at_once) {
    std::vector<DecodeToken> tokens;
    for (std::size_t i = first; i < std::min(first + at_once, text.size()); ++i) {
      tokens.push_back({row, static_cast<int>(i), text[i], true});
    }
    decoder.forward(tokens,
                    [&](std::size_t t, std::span<const float> l) { all[first + t].assign(l.begin(), l.end()); });
  }
  return all;
}

}  // namespace

TEST(device_decoder, agrees_with_the_kernels_for_cores) {
  for (const auto& a : tests::small_architectures()) {
    const workers::Weights weights = loud_weights(a);
    workers::Decoder host(std::make_shared<const workers::PackedModel>(weights), 1);
    DeviceDecoder device(weights, {}, 3);
    const auto text = babble(a, 0);
    const Logits expected = decode(host, 0, text, 1), found = decode(device, 2, text, 1);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      for (std::size_t v = 0; v < expected[i].size(); ++v) ASSERT_NEAR(found[i][v], expected[i][v], 2e-4) << i;
    }
  }
}

TEST(device_decoder, gives_one_rows_bits_whatever_the_others_do_and_however_calls_are_cut) {
  for (const auto& a : tests::small_architectures()) {
    const workers::Weights weights = loud_weights(a);
    DeviceDecoder quiet(weights, {}, 4), busy(weights, {}, 4);
    const auto text = babble(a, 0), other = babble(a, 1);
    const Logits alone = decode(quiet, 1, text, 1);
    EXPECT_EQ(decode(quiet, 1, text, 7), alone) << "in pieces";
    (void)decode(busy, 1, other, 5);  // what a row held before is forgotten
    Logits beside(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::vector<DecodeToken> tokens{{1, static_cast<int>(i), text[i], true}};
      if (i % 3 != 0) tokens.push_back({2, static_cast<int>(i - i / 3 - 1), other[i], true});  // comes and rests
      busy.forward(tokens, [&](std::size_t t, std::span<const float> l) {
        if (t == 0) beside[i].assign(l.begin(), l.end());
      });
    }
    EXPECT_EQ(beside, alone);
  }
}

// A captured step is launched again later: it has to leave nothing behind that a second one would find.
TEST(device_decoder, captures_one_step_that_may_be_repeated) {
  int captures = 0;
  workers::cuda::TorchDevice device;
  device.capture = [&](std::function<void()> work) -> std::function<void()> {
    ++captures;
    return [work] {
      work();
      work();
    };
  };
  const auto a = tests::small_architectures().back();
  const workers::Weights weights = loud_weights(a);
  DeviceDecoder once(weights, {}, 2), repeated(weights, device, 2);
  const auto text = babble(a, 0);
  EXPECT_EQ(decode(repeated, 1, text, 3), decode(once, 1, text, 3));
  EXPECT_EQ(captures, 1);
}

TEST(device_decoder, a_row_that_rests_goes_on_where_it_was) {
  const auto a = tests::small_architectures().back();
  const workers::Weights weights = loud_weights(a);
  DeviceDecoder decoder(weights, {}, 2), reference(weights, {}, 2);
  const auto text = babble(a, 0), other = babble(a, 1);
  const Logits expected = decode(reference, 0, text, 1);
  (void)decode(decoder, 0, std::span(text).first(6), 1);
  (void)decode(decoder, 1, other, 1);
  const DecodeToken next{0, 6, text[6], true};
  decoder.forward({&next, 1},
                  [&](std::size_t, std::span<const float> l) { EXPECT_TRUE(std::ranges::equal(l, expected[6])); });
}

TEST(device_decoder, refuses_what_is_outside_the_model) {
  const auto a = tests::small_architectures().front();
  DeviceDecoder decoder(loud_weights(a), {}, 1);
  for (const DecodeToken& wrong : {DecodeToken{1, 0, 0, true}, DecodeToken{0, a.context, 0, true},
                                   DecodeToken{0, 0, a.vocabulary, true}, DecodeToken{0, -1, 0, true}}) {
    EXPECT_THROW(decoder.forward({&wrong, 1}, [](std::size_t, std::span<const float>) {}), Error);
  }
}

}  // namespace genloss

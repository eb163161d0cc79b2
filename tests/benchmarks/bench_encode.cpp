// genloss_bench encode --text FILE [--vocabulary 2048] [--repeats 5]: learns a tokenizer from the text, then encodes
// and decodes the text on one core; a new encoder each time, so every word is met for the first time once.

#include <chrono>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "tests/benchmarks/bench.hpp"
#include "workers/text/bpe/learn_merges.hpp"
#include "workers/text/encoder.hpp"

namespace genloss::bench {
namespace {

template <class Action>
double seconds(const Action& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int bench_encode(const std::vector<std::string>& args) {
  const Options options(args, {"text", "vocabulary", "repeats"});
  const std::string text = storage::read_text(options.text("text", "tests/data/tiny.txt"));
  const int vocabulary = static_cast<int>(options.number("vocabulary", 2048));
  workers::WordCounts words;
  workers::BpeModel model;
  const double count = seconds([&] {
    words = workers::count_words(*comms::make_self(), 1, [&](std::size_t) { return std::string_view(text); });
  });
  const double learn = seconds([&] { model = workers::learn_merges(words, vocabulary); });
  const workers::Tokenizer tokenizer(std::move(model));
  std::vector<double> encode, decode;
  std::vector<std::int32_t> tokens;
  for (long r = 0; r < options.number("repeats", 5); ++r) {
    tokens.clear();
    encode.push_back(seconds([&] { workers::Encoder(tokenizer).append(text, tokens); }));
    std::string back;
    decode.push_back(seconds([&] { back = tokenizer.decode(tokens); }));
    if (back != text) throw Error(ExitCode::internal, "decode", "tokens", "the text does not come back");
  }
  const auto megabytes = static_cast<double>(text.size()) / 1e6;
  emit({{"job", "encode"},
        {"vocabulary", vocabulary},
        {"megabytes", rounded(megabytes)},
        {"words", words.size()},
        {"count_s", rounded(count)},
        {"learn_s", rounded(learn)},
        {"bytes_per_token", rounded(static_cast<double>(text.size()) / static_cast<double>(tokens.size()))},
        {"encode_megabytes_per_s", rounded(megabytes / median(encode))},
        {"decode_megabytes_per_s", rounded(megabytes / median(decode))}});
  return 0;
}

}  // namespace genloss::bench

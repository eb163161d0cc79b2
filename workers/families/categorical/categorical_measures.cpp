#include "workers/families/categorical/categorical_measures.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "jobs/error.hpp"
#include "workers/measures/chain_measure.hpp"

namespace genloss::workers {
namespace {

/// A bit for each symbol, 64 in a word.
std::vector<std::uint64_t> seen_in(const storage::ShardReader& shard, std::uint64_t replicates, std::uint64_t symbols) {
  const std::uint64_t words = (symbols + 63) / 64;
  std::vector<std::uint64_t> seen(replicates * words, 0);
  std::vector<std::uint32_t> row(replicates);
  for (std::uint64_t s = 0; s < shard.samples(); ++s) {
    shard.read_values(s * replicates, std::as_writable_bytes(std::span(row)));
    for (std::uint64_t r = 0; r < replicates; ++r) seen[r * words + row[r] / 64] |= std::uint64_t{1} << (row[r] % 64);
  }
  return seen;
}

struct OfChain {
  double heterozygosity = 1, entropy = 0, support = 0, unseen = 0, variation = 0;
};

OfChain of_chain(std::span<const double> p, std::span<const double> truth) {
  OfChain chain;
  for (std::size_t i = 0; i < p.size(); ++i) {
    chain.heterozygosity -= p[i] * p[i];
    chain.variation += std::abs(p[i] - truth[i]) / 2;
    if (p[i] > 0) {
      chain.entropy -= p[i] * std::log(p[i]);
      chain.support += 1;
    } else {
      chain.unseen += truth[i];
    }
  }
  return chain;
}

}  // namespace

std::vector<Measure> categorical_measures(const CategoricalModel& model, std::span<const double> truth,
                                          double confidence) {
  if (model.symbols != truth.size()) {
    throw Error(ExitCode::bad_data, "measure model", std::to_string(model.symbols) + " symbols",
                "the truth has " + std::to_string(truth.size()), "it is a model of another study");
  }
  std::vector<double> heterozygosity, entropy, support, unseen, variation, alive;
  for (std::uint64_t r = 0; r < model.replicates; ++r) {
    const OfChain chain = of_chain(model.of(r), truth);
    heterozygosity.push_back(chain.heterozygosity);
    entropy.push_back(chain.entropy);
    support.push_back(chain.support);
    unseen.push_back(chain.unseen);
    variation.push_back(chain.variation);
    alive.push_back(chain.support > 1 ? 1 : 0);
  }
  return {measure_of_chains("heterozygosity", heterozygosity, "share", "diversity", confidence),
          measure_of_chains("entropy", entropy, "nats", "diversity", confidence),
          measure_of_chains("support", support, "symbols", "tails", confidence),
          measure_of_chains("unseen_mass", unseen, "share", "tails", confidence),
          measure_of_chains("total_variation", variation, "share", "quality", confidence),
          measure_of_chains("survivors", alive, "share", "diversity", confidence)};
}

std::vector<double> symbols_drawn(const DistributeResults& distribute, const storage::CorpusReader& corpus,
                                  std::uint64_t symbols) {
  const std::uint64_t replicates = corpus.manifest().format.sample_values, words = (symbols + 63) / 64;
  const auto of_shards = distribute("measure corpus", corpus.manifest().shards, [&](std::uint64_t shard) {
    std::vector<std::uint64_t> seen;
    corpus.use(corpus.table().at(shard).record,
               [&](const auto& reader) { seen = seen_in(reader, replicates, symbols); });
    const auto bytes = std::as_bytes(std::span(seen));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  });
  if (of_shards.empty()) return {};
  std::vector<std::uint64_t> all(replicates * words, 0), of_one(all.size());
  for (const auto& bytes : of_shards) {
    if (bytes.size() != of_one.size() * sizeof(std::uint64_t)) {
      throw Error(ExitCode::internal, "measure corpus", corpus.path().string(), "a shard was left out");
    }
    std::memcpy(of_one.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] |= of_one[i];
  }
  std::vector<double> drawn(replicates, 0);
  for (std::size_t i = 0; i < all.size(); ++i) drawn[i / words] += std::popcount(all[i]);
  return drawn;
}

Measure drawn_support(std::span<const double> drawn, double confidence) {
  return measure_of_chains("drawn_support", drawn, "symbols", "tails", confidence);
}

const std::vector<Record>& categorical_records() {
  constexpr std::string_view of_chains = "chain";
  static const std::vector<Record> records{
      {.name = "heterozygosity",
       .label = "heterozygosity",
       .unit = "share",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "probability that two draws differ, 1 - sum p^2, mean over chains",
       .source = "Simpson 1949; CF12",
       .resampled = of_chains,
       .rise = "chains become more varied",
       .fall = "chains become narrower",
       .legend = "probability that two draws are different symbols",
       .decimals = 4,
       .of_fall = Sign::narrowing},
      {.name = "entropy",
       .label = "entropy",
       .unit = "nats",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "Shannon entropy of the model, mean over chains",
       .source = "Shannon 1948",
       .resampled = of_chains,
       .rise = "chains become more varied",
       .fall = "chains become narrower",
       .legend = "entropy of a chain's symbols",
       .of_fall = Sign::narrowing},
      {.name = "support",
       .label = "symbols alive",
       .unit = "symbols",
       .symptom = "tails",
       .taken = Taken::on_model,
       .definition = "symbols of positive probability, mean over chains",
       .source = "Suresh et al. 2024, Cor. 1; CF12",
       .resampled = of_chains,
       .rise = "symbols come back",
       .fall = "symbols are lost for ever",
       .legend = "symbols that a chain can still write",
       .decimals = 1,
       .of_fall = Sign::tails},
      {.name = "unseen_mass",
       .label = "unseen mass",
       .unit = "share",
       .symptom = "tails",
       .taken = Taken::on_model,
       .definition = "true probability of the symbols that the model cannot write, mean over chains",
       .source = "Good 1953; CF13",
       .resampled = of_chains,
       .rise = "more of the truth is lost",
       .fall = "what was lost comes back",
       .legend = "true probability of what a chain cannot write",
       .decimals = 4,
       .of_rise = Sign::tails},
      {.name = "total_variation",
       .label = "TV to truth",
       .unit = "share",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "total variation distance from the true distribution, mean over chains",
       .source = "half the sum of absolute differences",
       .resampled = of_chains,
       .rise = "models leave the truth",
       .fall = "models come closer to the truth",
       .legend = "total variation distance from the truth",
       .decimals = 4,
       .of_rise = Sign::forgetting},
      {.name = "drawn_support",
       .label = "symbols drawn",
       .unit = "symbols",
       .symptom = "tails",
       .taken = Taken::on_corpus,
       .definition = "different symbols among the samples of a corpus, mean over chains",
       .source = "Gale & Sampson 1995",
       .resampled = of_chains,
       .rise = "more symbols are written",
       .fall = "fewer symbols are written",
       .legend = "different symbols in a chain's corpus",
       .decimals = 1,
       .of_fall = Sign::tails},
      {.name = "survivors",
       .label = "chains alive",
       .unit = "share",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "share of the chains that have more than one symbol left",
       .source = "CF12: fixation",
       .resampled = of_chains,
       .rise = "more chains are alive",
       .fall = "chains repeat one symbol for ever",
       .legend = "share of chains with more than one symbol",
       .of_fall = Sign::repeating}};
  return records;
}

}  // namespace genloss::workers

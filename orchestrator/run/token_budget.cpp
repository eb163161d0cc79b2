#include "orchestrator/run/token_budget.hpp"

#include <algorithm>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {
std::uint64_t divided_up(std::uint64_t all, std::uint64_t by) { return (all + by - 1) / by; }
}  // namespace

std::uint64_t shards_for_budget(const jobs::SamplingSection& sampling, std::span<const storage::ShardRecord> drawn) {
  if (drawn.empty()) return divided_up(sampling.fewest_samples(), sampling.shard_samples);
  std::uint64_t tokens = 0, samples = 0;
  for (const auto& shard : drawn) {
    tokens += shard.values - shard.prompt_values;
    samples += shard.samples;
  }
  if (tokens >= sampling.tokens) return drawn.size();
  if (tokens < samples) {
    throw Error(ExitCode::bad_data, "sample", "sampling.tokens = " + std::to_string(sampling.tokens),
                std::to_string(samples) + " samples hold only " + std::to_string(tokens) +
                    " tokens: the model ends its texts at once",
                "set sampling.samples instead, or sampling.stop_at_end = no");
  }
  return drawn.size() + divided_up((sampling.tokens - tokens) * drawn.size(), tokens);
}

std::vector<storage::ShardRecord> cut_to_budget(const jobs::SamplingSection& sampling,
                                                std::vector<storage::ShardRecord> drawn,
                                                const std::filesystem::path& corpus, storage::ShardIdentity identity,
                                                const std::string& attempt) {
  std::uint64_t missing = sampling.tokens;
  std::size_t last = 0;
  for (; last < drawn.size(); ++last) {
    const std::uint64_t held = drawn[last].values - drawn[last].prompt_values;
    if (held >= missing) break;
    missing -= held;
  }
  if (last == drawn.size()) {
    throw Error(ExitCode::internal, "cut corpus", corpus.string(), "its shards do not hold the budget");
  }
  for (std::size_t s = last + 1; s < drawn.size(); ++s) {
    storage::remove_durably(storage::shard_path(corpus, drawn[s].shard));
  }
  drawn.resize(last + 1);
  storage::ShardRecord& record = drawn.back();
  const auto lengths = storage::drawn_values(storage::ShardReader(storage::shard_path(corpus, record.shard)));
  std::uint64_t samples = 0;
  for (std::uint64_t held = 0; held < missing; ++samples) held += lengths[samples];
  if (samples == record.samples) return drawn;
  identity.shard = record.shard;
  identity.first_sample = record.first_sample;
  identity.last_sample = record.first_sample + record.samples - 1;
  record = storage::cut_shard(corpus, identity, samples, attempt);
  return drawn;
}

}  // namespace genloss::orchestrator

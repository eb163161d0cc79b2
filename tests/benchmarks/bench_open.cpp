// What a start costs that has many shards behind it: opens the corpora of many generations, and reads on from a place
// in the middle of a mix over all of them.

#include <fstream>
#include <string>

#include "storage/corpus/corpus_reader.hpp"
#include "tests/benchmarks/bench.hpp"
#include "workers/text/token_stream.hpp"

namespace genloss::bench {
namespace {

namespace fs = std::filesystem;

/// A corpus of shards that are described and not there.
void describe_corpus(const fs::path& folder, std::uint64_t shards) {
  constexpr std::uint64_t samples = 64, tokens = 100;
  std::vector<storage::ShardRecord> records;
  records.reserve(shards);
  for (std::uint64_t i = 0; i < shards; ++i) {
    records.push_back({i, samples * i, samples, samples * tokens, 0, i % samples, 30'000, 7, {}});
  }
  storage::CorpusManifest manifest;
  manifest.format = {storage::ElementType::u16, true, 0, {{storage::stop_column, storage::ElementType::u8}}};
  (void)storage::write_corpus_manifest(folder, manifest, records);
}

/// Bytes of this process in memory.
std::uint64_t resident() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, pages = 0;
  file >> size >> pages;
  return pages * 4096;
}

}  // namespace

int bench_open(const std::vector<std::string>& args) {
  const Options options(args, {"generations", "shards", "look-ups", "dir"});
  const auto generations = options.number("generations", 10);
  const auto shards = static_cast<std::uint64_t>(options.number("shards", 1'000'000));
  const auto look_ups = static_cast<std::uint64_t>(options.number("look-ups", 100'000));
  const Folder folder(options.text("dir", ""));
  const auto place = [&](long generation) { return folder.path() / std::to_string(generation); };
  const double written = seconds([&] {
    for (long g = 0; g < generations; ++g) describe_corpus(place(g), shards);
  });
  // The records that were written are given back to the system before what is opened is counted.
  const std::uint64_t before = resident();
  const auto cache = std::make_shared<storage::ShardCache>();
  std::vector<std::shared_ptr<storage::CorpusReader>> corpora;
  const double opened = seconds([&] {
    for (long g = 0; g < generations; ++g) {
      corpora.push_back(std::make_shared<storage::CorpusReader>(place(g), cache));
      (void)workers::CorpusStream(corpora.back(), 0).length();
    }
  });
  const std::uint64_t after_opening = resident();
  const double found = seconds([&] {
    for (std::uint64_t i = 0; i < look_ups; ++i) {
      const auto& corpus = *corpora[i % corpora.size()];
      (void)corpus.shard_of(i * 7'919 * 64 % corpus.samples());
    }
  });
  emit({{"job", "open"},
        {"generations", generations},
        {"shards", shards},
        {"write_s", rounded(written)},
        {"open_s", rounded(opened)},
        {"open_mb", rounded(static_cast<double>(after_opening - before) / 1e6)},
        {"look_up_us", rounded(found / static_cast<double>(look_ups) * 1e6)},
        {"look_up_mb", rounded(static_cast<double>(resident() - before) / 1e6)}});
  return 0;
}

}  // namespace genloss::bench

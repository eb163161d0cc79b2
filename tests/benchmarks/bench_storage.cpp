// Corpus and checkpoint writing, beside the same bytes written raw with one fsync in the same process.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/checkpoint.hpp"
#include "tests/benchmarks/bench.hpp"

namespace genloss::bench {
namespace {

namespace fs = std::filesystem;

void write_raw(const fs::path& file, std::span<const std::byte> data) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (std::size_t done = 0; descriptor >= 0 && done < data.size();) {
    const ssize_t wrote = ::write(descriptor, data.data() + done, std::min<std::size_t>(data.size() - done, 1 << 22));
    if (wrote <= 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  if (descriptor < 0 || ::fsync(descriptor) != 0)
    throw Error(ExitCode::input_output, "write", file.string(), "raw write failed");
  ::close(descriptor);
}

/// Ours and raw in turn, so that both see the same disk.
struct Pair {
  double ours = 0, raw = 0;
};
Pair measure(long repetitions, const std::function<void()>& ours, const std::function<void()>& raw) {
  std::vector<double> a, b;
  for (long i = 0; i < repetitions; ++i) {
    b.push_back(seconds(raw));
    a.push_back(seconds(ours));
  }
  return {median(a), median(b)};
}

void report(nlohmann::ordered_json line, std::size_t bytes, const Pair& pair) {
  line["bytes"] = bytes;
  line["seconds"] = rounded(pair.ours);
  line["MB_per_s"] = rounded(static_cast<double>(bytes) / pair.ours / 1e6);
  line["raw_MB_per_s"] = rounded(static_cast<double>(bytes) / pair.raw / 1e6);
  line["share_of_raw"] = rounded(pair.raw / pair.ours);
  emit(line);
}

}  // namespace

int bench_corpus(const std::vector<std::string>& args) {
  const Options options(args, {"tokens", "repetitions", "dir"});
  const auto tokens = static_cast<std::size_t>(options.number("tokens", 50'000'000));
  const Folder folder(options.text("dir", ""));
  const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 0});
  std::vector<std::uint16_t> values(tokens);
  for (std::size_t i = 0; i < tokens; ++i) values[i] = static_cast<std::uint16_t>((i * 2654435761U) >> 21U);
  std::vector<std::size_t> ends;  // documents of 16 to 1024 tokens, as the peers write
  for (std::size_t at = 0; at < tokens;) {
    at = std::min(tokens, at + 16 + random.below(1009, ends.size(), 0));
    ends.push_back(at);
  }
  const auto bytes = std::as_bytes(std::span(values));
  const storage::CorpusFormat format{storage::ElementType::u16, true, 0, {}};
  std::uint64_t shard = 0;
  const auto ours = [&] {
    const storage::ShardIdentity identity{{}, {}, 0, shard, 0, ends.size() - 1};
    storage::ShardWriter writer(folder.path() / "corpus", format, identity, "bench");
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      writer.append(bytes.subspan(2 * begin, 2 * (end - begin)), {});
      begin = end;
    }
    (void)writer.seal();
    fs::remove(storage::shard_path(folder.path() / "corpus", shard++));
  };
  const std::size_t with_offsets = bytes.size() + 8 * ends.size();
  std::vector<std::byte> blob(with_offsets);
  std::copy(bytes.begin(), bytes.end(), blob.begin());
  const Pair pair = measure(options.number("repetitions", 5), ours, [&] { write_raw(folder.path() / "raw", blob); });
  report({{"job", "corpus"},
          {"tokens", tokens},
          {"documents", ends.size()},
          {"Mtok_per_s", rounded(static_cast<double>(tokens) / pair.ours / 1e6)}},
         with_offsets, pair);
  return 0;
}

int bench_checkpoint(const std::vector<std::string>& args) {
  const Options options(args, {"params", "repetitions", "dir"});
  const auto count = static_cast<std::size_t>(options.number("params", 30'000'000));
  const Folder folder(options.text("dir", ""));
  const std::vector<float> state(count, 0.5F);
  const std::vector<storage::NamedVector> vectors{
      {"parameters", state}, {"first_moment", state}, {"second_moment", state}};
  std::uint64_t step = 0;
  const auto ours = [&] {
    const fs::path target = storage::checkpoint_path(folder.path() / "checkpoints", ++step);
    const fs::path partial = storage::partial_path(target, "bench");
    fs::create_directories(partial);
    storage::CheckpointManifest manifest;
    manifest.step = step;
    manifest.elements = count;
    manifest.vectors = {"parameters", "first_moment", "second_moment"};
    manifest.slices = {storage::write_slice(partial, 0, 0, vectors)};
    storage::seal_checkpoint(partial, target, manifest, 2);
  };
  const auto raw = [&] {
    for (const char* name : {"a", "b", "c"}) write_raw(folder.path() / name, std::as_bytes(std::span(state)));
  };
  report({{"job", "checkpoint"}, {"params", count}, {"vectors", 3}}, 3 * count * sizeof(float),
         measure(options.number("repetitions", 3), ours, raw));
  return 0;
}

}  // namespace genloss::bench

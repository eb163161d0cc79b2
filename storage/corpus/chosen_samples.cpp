#include "storage/corpus/chosen_samples.hpp"

#include <algorithm>
#include <array>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "storage/files/integrity_time.hpp"

namespace genloss::storage {
namespace {

constexpr std::array<char, 8> chosen_magic = {'G', 'L', 'C', 'H', 'O', 'S', 'E', 'N'};
constexpr std::uint32_t chosen_version = 1;

struct ChosenHead {
  std::array<char, 8> magic = chosen_magic;
  std::uint32_t version = chosen_version, entry_bytes = sizeof(ChosenSample);
  ShardCounts totals;
  std::array<std::uint64_t, 2> zero{};
};
static_assert(sizeof(ChosenHead) == 64 && sizeof(ChosenSample) == 16, "they are written as they lie in memory");

/// What one sample holds.
struct Held {
  std::uint64_t values = 0, prompt_values = 0;
  bool ended = false;
};

std::vector<Held> held_in(const CorpusReader& corpus, const ShardRecord& record, std::span<const std::uint64_t> ids) {
  const auto& columns = corpus.manifest().format.columns;
  const bool ends = std::any_of(columns.begin(), columns.end(), [](const auto& c) { return c.first == stop_column; });
  std::vector<Held> held;
  corpus.use(record, [&](const ShardReader& shard) {
    held.clear();
    const auto offsets = shard.offsets();
    const auto prompts = record.prompt_values > 0 ? shard.column("prompt_length") : std::vector<double>();
    const auto reasons = ends ? shard.column(stop_column) : std::vector<double>();
    for (const std::uint64_t id : ids) {
      const std::uint64_t s = id - record.first_sample;
      held.push_back({offsets[s + 1] - offsets[s], prompts.empty() ? 0 : static_cast<std::uint64_t>(prompts[s]),
                      ends && reasons[s] == stop_ended});
    }
  });
  return held;
}

/// @param ids ascending, each once
std::vector<Held> held_by(const CorpusReader& corpus, const std::vector<std::uint64_t>& ids) {
  const CorpusFormat& format = corpus.manifest().format;
  if (!format.ragged) return std::vector<Held>(ids.size(), Held{format.sample_values, 0, false});
  std::vector<Held> all;
  all.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size();) {
    beat("look at chosen samples");
    const ShardRecord record = corpus.shard_of(ids[i]).record;
    const auto end =
        std::lower_bound(ids.begin() + static_cast<std::ptrdiff_t>(i), ids.end(), record.first_sample + record.samples);
    const auto count = static_cast<std::size_t>(end - ids.begin()) - i;
    const auto held = held_in(corpus, record, std::span(ids).subspan(i, count));
    all.insert(all.end(), held.begin(), held.end());
    i += count;
  }
  return all;
}

std::span<const std::byte> bytes_of_head(const ChosenHead& head) { return std::as_bytes(std::span(&head, 1)); }

}  // namespace

ChosenSamples::ChosenSamples(const CorpusReader& corpus, std::span<const std::uint64_t> samples) {
  std::vector<std::uint64_t> ids(samples.begin(), samples.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (!ids.empty()) (void)corpus.shard_of(ids.back());  // that it is there
  const std::vector<Held> held = held_by(corpus, ids);
  made_.reserve(samples.size());
  for (const std::uint64_t sample : samples) {
    made_.push_back({sample, end()});
    const auto place = std::lower_bound(ids.begin(), ids.end(), sample) - ids.begin();
    const Held& of = held[static_cast<std::size_t>(place)];
    totals_ += {1, of.values, of.prompt_values, of.ended ? std::uint64_t{1} : 0};
  }
  entries_ = made_;
  const ChosenHead head{.totals = totals_};
  digest_ = Sha256().bytes(bytes_of_head(head)).bytes(std::as_bytes(entries_)).finish();
}

ChosenSamples::ChosenSamples(const std::filesystem::path& file, const Digest& expected) {
  const auto refuse = [&](const std::string& cause) {
    throw Error(ExitCode::bad_data, "read chosen samples", file.string(), cause,
                "see `genloss verify`; without the mix, which is then made again, the run goes on");
  };
  map_ = MappedFile(file);
  const auto bytes = map_.bytes();
  {
    const IntegrityTimer timer;
    digest_ = Sha256().bytes(bytes).finish();
  }
  if (digest_ != expected) refuse("it is " + digest_.text() + ", and the mix names " + expected.text());
  ChosenHead head;
  if (bytes.size() < sizeof head) refuse("it is too short");
  std::copy_n(bytes.begin(), sizeof head, std::as_writable_bytes(std::span(&head, 1)).begin());
  const bool known = head.magic == chosen_magic && head.version == chosen_version &&
                     head.entry_bytes == sizeof(ChosenSample) &&
                     bytes.size() == sizeof head + head.totals.samples * sizeof(ChosenSample);
  if (!known) refuse("it is no list of chosen samples that this version reads");
  totals_ = head.totals;
  // A map begins at a page, and the head is a multiple of an entry.
  entries_ = {reinterpret_cast<const ChosenSample*>(bytes.data() + sizeof head), totals_.samples};  // NOLINT
}

void ChosenSamples::write(const std::filesystem::path& file) const {
  File out = File::create(file);
  const ChosenHead head{.totals = totals_};
  out.write(bytes_of_head(head));
  out.write(std::as_bytes(entries_));
  out.close();
}

std::uint64_t ChosenSamples::find(std::uint64_t at) const {
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), at,
                       [](std::uint64_t value, const ChosenSample& entry) { return value < entry.begin; });
  return static_cast<std::uint64_t>(after - entries_.begin()) - 1;
}

}  // namespace genloss::storage

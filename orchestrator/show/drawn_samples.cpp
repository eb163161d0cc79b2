#include "orchestrator/show/drawn_samples.hpp"

#include <algorithm>
#include <system_error>

#include "jobs/error.hpp"

namespace genloss::orchestrator::show {
namespace fs = std::filesystem;
namespace {

/// Sealed shard files below an unfinished corpus, in order of shard.
std::vector<fs::path> sealed_files(const fs::path& corpus) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (auto entry = fs::recursive_directory_iterator(corpus / "shards", ignored);
       !ignored && entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    const fs::path& file = entry->path();
    const std::string stem = file.stem().string();
    const bool sealed =
        file.extension() == ".h5" && std::ranges::all_of(stem, [](char c) { return c >= '0' && c <= '9'; });
    if (sealed) files.push_back(file);
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

DrawnSamples::DrawnSamples(const fs::path& corpus) {
  complete_ = fs::exists(corpus / "manifest.json");
  if (complete_) {
    const storage::ShardTable table(corpus, storage::read_corpus_manifest(corpus));
    for (std::uint64_t s = 0; s < table.shards(); ++s) {
      const storage::ShardRecord shard = table.at(s).record;
      add(shard.first_sample, shard.samples, storage::shard_path(corpus, s));
    }
    return;
  }
  for (const fs::path& file : sealed_files(corpus)) {
    const storage::ShardReader& shard = shards_.open(file);
    add(shard.identity().first_sample, shard.samples(), file);
  }
}

void DrawnSamples::add(std::uint64_t first, std::uint64_t samples, fs::path file) {
  places_.push_back({first, samples, size_, std::move(file)});
  size_ += samples;
}

const DrawnSamples::Place* DrawnSamples::place_of(std::uint64_t id) const {
  const auto after = std::ranges::upper_bound(places_, id, {}, &Place::first);
  if (after == places_.begin()) return nullptr;
  const Place& place = *(after - 1);
  return id - place.first < place.samples ? &place : nullptr;
}

std::uint64_t DrawnSamples::id(std::uint64_t index) const {
  const auto after = std::ranges::upper_bound(places_, index, {}, &Place::before);
  const Place& place = *(after - 1);
  return place.first + (index - place.before);
}

bool DrawnSamples::has(std::uint64_t id) const { return place_of(id) != nullptr; }

StoredSample DrawnSamples::read(std::uint64_t id) {
  const Place* place = place_of(id);
  if (place == nullptr) throw Error(ExitCode::usage, "show", "sample " + std::to_string(id), "it is not there");
  storage::ShardReader& shard = shards_.open(place->file);
  const std::uint64_t row = id - place->first;
  StoredSample sample;
  sample.id = id;
  sample.type = shard.value_type();
  const auto offsets = shard.offsets();
  sample.values.resize((offsets[row + 1] - offsets[row]) * storage::size_of(sample.type));
  shard.read_values(offsets[row], sample.values);
  for (const auto& [name, type] : shard.format().columns) sample.columns[name] = shard.column(name)[row];
  if (shard.format().ragged) sample.prompt = static_cast<std::size_t>(shard.column("prompt_length")[row]);
  return sample;
}

}  // namespace genloss::orchestrator::show

#include "workers/training/train_checkpoint.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <utility>
#include <vector>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/checkpoint.hpp"

namespace genloss::workers {
namespace {

namespace fs = std::filesystem;
constexpr const char* vector_names[] = {"parameters", "first_moment", "second_moment"};
constexpr auto best_name = "best_parameters";

/// The part of a slice that is no padding.
std::size_t stored(std::size_t elements, const StateSlice& state) {
  if (state.begin >= elements) return 0;
  return std::min(state.parameters.size(), elements - state.begin);
}

std::vector<storage::SliceRecord> write_own(const fs::path& partial, int rank, std::size_t elements,
                                            const StateSlice& state, const BestSoFar* best) {
  const std::size_t count = stored(elements, state);
  if (count == 0) return {};
  std::vector<storage::NamedVector> vectors = {{vector_names[0], state.parameters.first(count)},
                                               {vector_names[1], state.first_moment.first(count)},
                                               {vector_names[2], state.second_moment.first(count)}};
  // Before the first measurement there is no best: any values stand for it.
  if (best != nullptr) {
    const std::span<const float> values = best->step > 0 ? std::span(best->parameters) : state.parameters;
    vectors.push_back({best_name, values.first(count)});
  }
  return {storage::write_slice(partial, static_cast<std::uint64_t>(rank), state.begin, vectors)};
}

/// On rank 0: what all ranks wrote.
std::vector<storage::SliceRecord> collect(comms::Communicator& ranks, const std::vector<storage::SliceRecord>& mine) {
  std::vector<storage::SliceRecord> all;
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(mine)), 0, "checkpoint slices")) {
    storage::SliceRecord record;
    if (bytes.size() != sizeof record) continue;
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(&record, 1)).begin());
    all.push_back(record);
  }
  return all;
}

void check(const storage::CheckpointManifest& manifest, const fs::path& path, const TrainJob& job,
           std::size_t elements) {
  if (manifest.recipe != job.recipe) {
    throw Error(ExitCode::bad_data, "resume training", path.string(),
                "the checkpoint is of recipe " + manifest.recipe.text() + ", this training of " + job.recipe.text(),
                "it belongs to another study: remove it, or run the study it belongs to");
  }
  if (manifest.elements != elements) {
    throw Error(ExitCode::bad_data, "resume training", path.string(),
                "the checkpoint holds " + std::to_string(manifest.elements) + " values per vector, the model " +
                    std::to_string(elements),
                "remove this checkpoint to go back to the one before");
  }
}

}  // namespace

void save_checkpoint(const TrainJob& job, std::uint64_t step, std::size_t elements, const StateSlice& state, int keep,
                     const BestSoFar* best) {
  const fs::path final_path = storage::checkpoint_path(job.checkpoints, step);
  const fs::path partial = storage::partial_path(final_path, job.attempt);
  std::vector<storage::SliceRecord> mine;
  job.ranks.together("checkpoint folder", [&] {
    if (job.ranks.is_root()) storage::create_directories_durably(partial);
  });
  job.ranks.together("checkpoint slices", [&] { mine = write_own(partial, job.ranks.rank(), elements, state, best); });
  auto slices = collect(job.ranks, mine);
  job.ranks.together("checkpoint seal", [&] {
    if (!job.ranks.is_root()) return;
    storage::CheckpointManifest manifest;
    manifest.step = step;
    manifest.elements = elements;
    manifest.recipe = job.recipe;
    manifest.vectors.assign(std::begin(vector_names), std::end(vector_names));
    manifest.slices = std::move(slices);
    manifest.position = nlohmann::json{{"step", step}};
    if (best != nullptr) {
      manifest.vectors.emplace_back(best_name);
      manifest.position["best_step"] = best->step;
      manifest.position["best_loss_bits"] = std::bit_cast<std::uint64_t>(best->loss);
      manifest.position["waited"] = best->waited;
    }
    storage::seal_checkpoint(partial, final_path, manifest, keep);
  });
}

std::optional<std::uint64_t> restore_checkpoint(const TrainJob& job, std::size_t elements, const StateSlice& state,
                                                BestSoFar* best) {
  std::string found;
  job.ranks.together("search for checkpoints", [&] {
    if (!job.ranks.is_root()) return;
    if (const auto newest = storage::newest_checkpoint(job.checkpoints)) found = newest->string();
  });
  const fs::path path = job.ranks.broadcast_text(found, 0, "newest checkpoint");
  if (path.empty()) return std::nullopt;
  std::uint64_t step = 0;
  job.ranks.together("read checkpoint", [&] {
    const storage::CheckpointManifest manifest = storage::read_checkpoint_manifest(path);
    check(manifest, path, job, elements);
    const std::size_t count = stored(elements, state);
    const std::span<float> parts[] = {state.parameters, state.first_moment, state.second_moment};
    for (std::size_t i = 0; i < std::size(parts) && count > 0; ++i) {
      storage::read_checkpoint_vector(path, manifest, vector_names[i], state.begin, parts[i].first(count));
    }
    if (best != nullptr) {
      best->step = manifest.position.at("best_step").get<std::uint64_t>();
      best->loss = std::bit_cast<double>(manifest.position.at("best_loss_bits").get<std::uint64_t>());
      best->waited = manifest.position.at("waited").get<std::uint64_t>();
      best->parameters.assign(state.parameters.size(), 0.0F);
      if (count > 0) {
        storage::read_checkpoint_vector(path, manifest, best_name, state.begin,
                                        std::span(best->parameters).first(count));
      }
    }
    step = manifest.step;
  });
  return step;
}

}  // namespace genloss::workers

#include "storage/tensors/checkpoint.hpp"

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view schema = "genloss.checkpoint";
constexpr int version = 1;
constexpr std::string_view step_prefix = "step-";

fs::path slice_path(const fs::path& checkpoint, std::uint64_t rank) {
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "slice-%05llu.bin", static_cast<unsigned long long>(rank));
  return checkpoint / name.data();
}

[[noreturn]] void damaged(const fs::path& what, const fs::path& checkpoint, std::string cause) {
  throw Error(ExitCode::bad_data, "read checkpoint", what.string(), std::move(cause),
              "remove the folder " + checkpoint.string() + " to go on from the checkpoint before it");
}

/// Slices, ordered by their begin, tile all elements.
bool covers(std::vector<SliceRecord> slices, std::uint64_t elements) {
  std::sort(slices.begin(), slices.end(),
            [](const auto& a, const auto& b) { return std::pair(a.begin, a.count) < std::pair(b.begin, b.count); });
  std::uint64_t next = 0;
  for (const SliceRecord& slice : slices) {
    if (slice.begin != next || slice.count > elements - next) return false;
    next += slice.count;
  }
  return next == elements;
}

nlohmann::ordered_json to_json(const SliceRecord& slice) {
  return {{"rank", slice.rank},
          {"begin", slice.begin},
          {"count", slice.count},
          {"file_bytes", slice.file_bytes},
          {"crc32c", slice.crc32c}};
}

SliceRecord slice_from(const nlohmann::json& json) {
  SliceRecord slice;
  json.at("rank").get_to(slice.rank);
  json.at("begin").get_to(slice.begin);
  json.at("count").get_to(slice.count);
  json.at("file_bytes").get_to(slice.file_bytes);
  json.at("crc32c").get_to(slice.crc32c);
  return slice;
}

/// Sealed checkpoints with their steps, newest first.
std::vector<std::pair<std::uint64_t, fs::path>> list(const fs::path& checkpoints) {
  std::vector<std::pair<std::uint64_t, fs::path>> found;
  std::error_code error;
  for (auto entry = fs::directory_iterator(checkpoints, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const std::string digits = name.starts_with(step_prefix) ? name.substr(step_prefix.size()) : "";
    const bool number =
        !digits.empty() && digits.size() < 19 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (number) found.emplace_back(std::stoull(digits), entry->path());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

/// The bytes of one slice file, checked.
MappedFile open_slice(const fs::path& checkpoint, const SliceRecord& slice) {
  const fs::path path = slice_path(checkpoint, slice.rank);
  if (std::error_code ignored; !fs::exists(path, ignored)) damaged(path, checkpoint, "the file is missing");
  MappedFile file(path);
  if (file.bytes().size() != slice.file_bytes) damaged(path, checkpoint, "the file is not of the recorded size");
  if (crc32c(file.bytes()) != slice.crc32c) damaged(path, checkpoint, "the file does not fit its CRC32C");
  return file;
}

}  // namespace

fs::path checkpoint_path(const fs::path& checkpoints, std::uint64_t step) {
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "step-%06llu", static_cast<unsigned long long>(step));
  return checkpoints / name.data();
}

SliceRecord write_slice(const fs::path& partial, std::uint64_t rank, std::uint64_t begin,
                        std::span<const NamedVector> vectors) {
  create_directories_durably(partial);
  SliceRecord slice;
  slice.rank = rank;
  slice.begin = begin;
  slice.count = vectors.empty() ? 0 : vectors.front().values.size();
  File file = File::create(slice_path(partial, rank));
  for (const NamedVector& vector : vectors) {
    if (vector.values.size() != slice.count) {
      throw Error(ExitCode::internal, "write checkpoint", partial.string(),
                  "vector '" + vector.name + "' has another length");
    }
    const auto bytes = std::as_bytes(vector.values);
    file.write(bytes);
    file.start_writeback();
    slice.crc32c = crc32c(bytes, slice.crc32c);
    slice.file_bytes += bytes.size();
  }
  file.sync();
  file.close();
  return slice;
}

void seal_checkpoint(const fs::path& partial, const fs::path& final_path, const CheckpointManifest& manifest,
                     int keep) {
  if (!covers(manifest.slices, manifest.elements)) {
    throw Error(ExitCode::internal, "seal checkpoint", final_path.string(), "its slices leave holes or overlap");
  }
  nlohmann::ordered_json body;
  body["step"] = manifest.step;
  body["elements"] = manifest.elements;
  body["recipe"] = manifest.recipe.text();
  body["vectors"] = manifest.vectors;
  body["position"] = manifest.position;
  auto& slices = body["slices"] = nlohmann::ordered_json::array();
  for (const SliceRecord& slice : manifest.slices) slices.push_back(to_json(slice));
  write_json_durably(partial / "manifest.json", schema, version, std::move(body));
  remove_directory(final_path);  // of an earlier attempt at the same step, with the same content
  commit_directory(partial, final_path);
  const auto sealed = list(final_path.parent_path());
  for (std::size_t i = static_cast<std::size_t>(std::max(keep, 2)); i < sealed.size(); ++i)
    remove_directory(sealed[i].second);
}

std::optional<fs::path> newest_checkpoint(const fs::path& checkpoints) {
  const auto sealed = list(checkpoints);
  if (sealed.empty()) return std::nullopt;
  const fs::path& newest = sealed.front().second;
  const CheckpointManifest manifest = read_checkpoint_manifest(newest);
  if (manifest.step != sealed.front().first) damaged(newest, newest, "its manifest is of another step");
  for (const SliceRecord& slice : manifest.slices) {
    const fs::path path = slice_path(newest, slice.rank);
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (error) damaged(path, newest, "the file is missing");
    if (bytes != slice.file_bytes) damaged(path, newest, "the file is not of the recorded size");
  }
  return newest;
}

CheckpointManifest read_checkpoint_manifest(const fs::path& checkpoint) {
  const fs::path path = checkpoint / "manifest.json";
  try {
    const nlohmann::json document = read_json(path, schema, version);
    CheckpointManifest manifest;
    document.at("step").get_to(manifest.step);
    document.at("elements").get_to(manifest.elements);
    manifest.recipe = Digest::parse(document.at("recipe").get_ref<const std::string&>());
    document.at("vectors").get_to(manifest.vectors);
    manifest.position = document.at("position");
    for (const auto& slice : document.at("slices")) manifest.slices.push_back(slice_from(slice));
    const std::uint64_t element_bytes = sizeof(float) * manifest.vectors.size();
    const bool sizes_fit = std::all_of(manifest.slices.begin(), manifest.slices.end(), [&](const SliceRecord& slice) {
      return slice.count <= manifest.elements && slice.file_bytes == slice.count * element_bytes;
    });
    if (!sizes_fit || !covers(manifest.slices, manifest.elements))
      damaged(path, checkpoint, "its slices leave holes or overlap");
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    damaged(path, checkpoint, error.what());
  } catch (const Error& error) {
    if (!error.hint().empty() || error.code() != ExitCode::bad_data) throw;
    damaged(path, checkpoint, error.cause());
  }
}

void read_checkpoint_vector(const fs::path& checkpoint, const CheckpointManifest& manifest, const std::string& vector,
                            std::uint64_t begin, std::span<float> out) {
  const auto found = std::find(manifest.vectors.begin(), manifest.vectors.end(), vector);
  if (found == manifest.vectors.end()) damaged(checkpoint, checkpoint, "it holds no vector '" + vector + "'");
  if (begin > manifest.elements || out.size() > manifest.elements - begin) {
    throw Error(ExitCode::internal, "read checkpoint", checkpoint.string(), "elements beyond the end were asked for");
  }
  const auto index = static_cast<std::uint64_t>(found - manifest.vectors.begin());
  const std::uint64_t end = begin + out.size();
  for (const SliceRecord& slice : manifest.slices) {
    const std::uint64_t from = std::max(begin, slice.begin), to = std::min(end, slice.begin + slice.count);
    if (from >= to) continue;
    const MappedFile file = open_slice(checkpoint, slice);
    const std::uint64_t first = index * slice.count + (from - slice.begin);
    const auto bytes = file.bytes().subspan(first * sizeof(float), (to - from) * sizeof(float));
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(out.subspan(from - begin, to - from)).begin());
  }
}

}  // namespace genloss::storage

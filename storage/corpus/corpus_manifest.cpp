#include "storage/corpus/corpus_manifest.hpp"

#include <cstdio>
#include <string_view>
#include <utility>

#include "jobs/error.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "storage/corpus/shard_table.hpp"
#include "storage/files/durable.hpp"

namespace genloss::storage {
namespace {

constexpr std::string_view schema = "genloss.corpus";
constexpr int version = 4;
constexpr std::uint64_t shards_per_folder = 256;

CorpusManifest manifest_from(const nlohmann::json& json) {
  CorpusManifest manifest;
  const auto digest = [&json](const char* key) { return Digest::parse(json.at(key).get_ref<const std::string&>()); };
  manifest.recipe = digest("recipe");
  manifest.model = digest("model");
  json.at("generation").get_to(manifest.generation);
  manifest.format = format_from(json.at("format"));
  manifest.content = digest("digest");
  manifest.table = digest("table");
  json.at("shards").get_to(manifest.shards);
  json.at("samples").get_to(manifest.totals.samples);
  json.at("values").get_to(manifest.totals.values);
  json.at("prompt_values").get_to(manifest.totals.prompt_values);
  json.at("ended_samples").get_to(manifest.totals.ended_samples);
  return manifest;
}

/// Shards ascend, and their samples follow each other without a hole.
void check_order(std::span<const ShardRecord> shards) {
  std::uint64_t next_sample = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const ShardRecord& shard = shards[i];
    if (shard.shard != i || shard.first_sample != next_sample || shard.samples == 0) {
      throw Error(ExitCode::internal, "write corpus manifest", "shard " + std::to_string(i),
                  "shards or samples are missing, doubled or out of order");
    }
    next_sample += shard.samples;
  }
}

}  // namespace

ShardCounts& ShardCounts::operator+=(const ShardCounts& other) noexcept {
  samples += other.samples;
  values += other.values;
  prompt_values += other.prompt_values;
  ended_samples += other.ended_samples;
  return *this;
}

ShardCounts counts_of(const ShardRecord& shard) noexcept {
  return {shard.samples, shard.values, shard.prompt_values, shard.ended_samples};
}

CorpusHash::CorpusHash(const CorpusFormat& format, std::uint64_t shards) {
  hash_.text("genloss corpus 1").digest(digest_of(format)).number(shards);
}

std::filesystem::path shard_path(const std::filesystem::path& corpus, std::uint64_t shard) {
  std::array<char, 48> name{};
  std::snprintf(name.data(), name.size(), "%02llu/%06llu.h5",
                static_cast<unsigned long long>(shard / shards_per_folder), static_cast<unsigned long long>(shard));
  return corpus / "shards" / name.data();
}

CorpusManifest write_corpus_manifest(const std::filesystem::path& corpus, CorpusManifest manifest,
                                     std::span<const ShardRecord> shards) {
  check_order(shards);
  manifest.shards = shards.size();
  manifest.totals = {};
  CorpusHash hash(manifest.format, shards.size());
  for (const ShardRecord& shard : shards) {
    manifest.totals += counts_of(shard);
    hash.add(shard);
  }
  manifest.content = hash.finish();
  manifest.table = write_shard_table(corpus, manifest.recipe, shards);
  nlohmann::ordered_json body;
  body["digest"] = manifest.content.text();
  body["recipe"] = manifest.recipe.text();
  body["model"] = manifest.model.text();
  body["generation"] = manifest.generation;
  body["shards"] = manifest.shards;
  body["samples"] = manifest.totals.samples;
  body["values"] = manifest.totals.values;
  body["prompt_values"] = manifest.totals.prompt_values;
  body["ended_samples"] = manifest.totals.ended_samples;
  body["format"] = to_json(manifest.format);
  body["table"] = manifest.table.text();
  write_json_durably(corpus / "manifest.json", schema, version, std::move(body));
  return manifest;
}

CorpusManifest read_corpus_manifest(const std::filesystem::path& corpus) {
  const auto path = corpus / "manifest.json";
  const nlohmann::json document = read_json(path, schema, version);
  const auto fail = [&path](const std::string& cause) -> CorpusManifest {
    throw Error(ExitCode::bad_data, "read corpus manifest", path.string(), cause);
  };
  try {
    return manifest_from(document);
  } catch (const nlohmann::json::exception& error) {
    return fail(error.what());
  } catch (const Error& error) {
    if (error.object() == path.string()) throw;
    return fail(error.what());
  }
}

}  // namespace genloss::storage

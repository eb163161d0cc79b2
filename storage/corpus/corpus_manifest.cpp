#include "storage/corpus/corpus_manifest.hpp"

#include <cstdio>
#include <string_view>
#include <utility>

#include "jobs/error.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "storage/files/durable.hpp"

namespace genloss::storage {
namespace {

constexpr std::string_view schema = "genloss.corpus";
constexpr int version = 3;
constexpr std::uint64_t shards_per_folder = 256;

template <class Count>
std::uint64_t sum(const std::vector<ShardRecord>& shards, Count count) noexcept {
  std::uint64_t total = 0;
  for (const ShardRecord& shard : shards) total += shard.*count;
  return total;
}

nlohmann::ordered_json to_json(const ShardRecord& shard) {
  return {
      {"shard", shard.shard},           {"first_sample", shard.first_sample},   {"samples", shard.samples},
      {"values", shard.values},         {"prompt_values", shard.prompt_values}, {"ended_samples", shard.ended_samples},
      {"file_bytes", shard.file_bytes}, {"file_crc32c", shard.file_crc32c},     {"content", shard.content.text()}};
}

ShardRecord record_from(const nlohmann::json& json) {
  ShardRecord shard;
  json.at("shard").get_to(shard.shard);
  json.at("first_sample").get_to(shard.first_sample);
  json.at("samples").get_to(shard.samples);
  json.at("values").get_to(shard.values);
  json.at("prompt_values").get_to(shard.prompt_values);
  json.at("ended_samples").get_to(shard.ended_samples);
  json.at("file_bytes").get_to(shard.file_bytes);
  json.at("file_crc32c").get_to(shard.file_crc32c);
  shard.content = Digest::parse(json.at("content").get_ref<const std::string&>());
  return shard;
}

CorpusManifest manifest_from(const nlohmann::json& json) {
  CorpusManifest manifest;
  const auto digest = [&json](const char* key) { return Digest::parse(json.at(key).get_ref<const std::string&>()); };
  manifest.recipe = digest("recipe");
  manifest.model = digest("model");
  json.at("generation").get_to(manifest.generation);
  manifest.format = format_from(json.at("format"));
  for (const auto& line : json.at("shards")) manifest.shards.push_back(record_from(line));
  return manifest;
}

/// Shards ascend, and their samples follow each other without a hole.
void check_order(const CorpusManifest& manifest) {
  std::uint64_t next_sample = manifest.shards.empty() ? 0 : manifest.shards.front().first_sample;
  for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
    const ShardRecord& shard = manifest.shards[i];
    if (shard.shard != i || shard.first_sample != next_sample || shard.samples == 0) {
      throw Error(ExitCode::bad_data, "check corpus manifest", "shard " + std::to_string(i),
                  "shards or samples are missing, doubled or out of order");
    }
    next_sample += shard.samples;
  }
}

}  // namespace

std::uint64_t CorpusManifest::samples() const noexcept { return sum(shards, &ShardRecord::samples); }
std::uint64_t CorpusManifest::values() const noexcept { return sum(shards, &ShardRecord::values); }
std::uint64_t CorpusManifest::prompt_values() const noexcept { return sum(shards, &ShardRecord::prompt_values); }
std::uint64_t CorpusManifest::ended_samples() const noexcept { return sum(shards, &ShardRecord::ended_samples); }

Digest CorpusManifest::digest() const {
  Sha256 hash;
  hash.text("genloss corpus 1").digest(digest_of(format)).number(shards.size());
  for (const ShardRecord& shard : shards) hash.digest(shard.content);
  return hash.finish();
}

std::filesystem::path shard_path(const std::filesystem::path& corpus, std::uint64_t shard) {
  std::array<char, 48> name{};
  std::snprintf(name.data(), name.size(), "%02llu/%06llu.h5",
                static_cast<unsigned long long>(shard / shards_per_folder), static_cast<unsigned long long>(shard));
  return corpus / "shards" / name.data();
}

void write_corpus_manifest(const std::filesystem::path& corpus, const CorpusManifest& manifest) {
  check_order(manifest);
  nlohmann::ordered_json body;
  body["digest"] = manifest.digest().text();
  body["recipe"] = manifest.recipe.text();
  body["model"] = manifest.model.text();
  body["generation"] = manifest.generation;
  body["samples"] = manifest.samples();
  body["values"] = manifest.values();
  body["format"] = to_json(manifest.format);
  auto& lines = body["shards"] = nlohmann::ordered_json::array();
  for (const ShardRecord& shard : manifest.shards) lines.push_back(to_json(shard));
  write_json_durably(corpus / "manifest.json", schema, version, std::move(body));
}

CorpusManifest read_corpus_manifest(const std::filesystem::path& corpus) {
  const auto path = corpus / "manifest.json";
  const nlohmann::json document = read_json(path, schema, version);
  const auto fail = [&path](const std::string& cause) -> CorpusManifest {
    throw Error(ExitCode::bad_data, "read corpus manifest", path.string(), cause);
  };
  try {
    CorpusManifest manifest = manifest_from(document);
    check_order(manifest);
    if (document.at("digest") != manifest.digest().text())
      return fail("the corpus digest does not fit the shard lines");
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    return fail(error.what());
  } catch (const Error& error) {
    if (error.object() == path.string()) throw;
    return fail(error.what());
  }
}

}  // namespace genloss::storage

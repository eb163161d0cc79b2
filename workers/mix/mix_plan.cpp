#include "workers/mix/mix_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

constexpr std::string_view digest_domain = "genloss mix 2";

std::string_view name_of(jobs::TrainableSplit split) {
  return split == jobs::TrainableSplit::train ? "train" : "held_out";
}

jobs::TrainableSplit split_of(const std::string& name) {
  if (name == "train") return jobs::TrainableSplit::train;
  if (name == "held_out") return jobs::TrainableSplit::held_out;
  throw std::invalid_argument("\"" + name + "\" is not a split that may be trained on (train, held_out)");
}

void hash_source(storage::Sha256& hash, const MixSource& source) {
  if (const auto* human = std::get_if<HumanSource>(&source.origin)) {
    hash.text("human").text(name_of(human->split));
  } else {
    const CorpusSource& corpus = std::get<CorpusSource>(source.origin);
    hash.text("corpus").number(static_cast<std::uint64_t>(corpus.generation));
    if (corpus.lineage != 0) hash.text("lineage").number(static_cast<std::uint64_t>(corpus.lineage));
  }
  hash.digest(source.digest).number(source.available).number(source.quota).number(source.selection);
  // Only where they say something, so that plans that cannot have them keep their digests.
  if (source.first != 0) hash.text("first").number(source.first);
  if (source.pass != 0) hash.text("pass").number(source.pass);
  if (source.weight != 1) hash.text("weight").number(std::bit_cast<std::uint64_t>(source.weight));
  if (source.index) hash.text("index").digest(source.index->digest).number(source.index->samples);
}

nlohmann::ordered_json source_json(const MixSource& source, const std::string& index_file) {
  nlohmann::ordered_json j;
  if (const auto* human = std::get_if<HumanSource>(&source.origin)) {
    j["human"] = name_of(human->split);
  } else {
    const CorpusSource& corpus = std::get<CorpusSource>(source.origin);
    j["corpus"] = corpus.generation;
    if (corpus.lineage != 0) j["lineage"] = corpus.lineage;
  }
  j["digest"] = source.digest.text();
  j["available"] = source.available;
  j["quota"] = source.quota;
  j["selection"] = source.selection;
  if (source.first != 0) j["first"] = source.first;
  if (source.pass != 0) j["pass"] = source.pass;
  if (source.weight != 1) j["weight"] = source.weight;
  if (source.index) {
    j["index"] = {{"file", index_file},
                  {"digest", source.index->digest.text()},
                  {"samples", source.index->samples},
                  {"by", source.index->by}};
  }
  return j;
}

MixSource source_from(const nlohmann::json& j) {
  MixSource source;
  if (j.contains("human")) {
    source.origin = HumanSource{split_of(j.at("human").get<std::string>())};
  } else {
    source.origin = CorpusSource{j.at("corpus").get<int>(), j.value("lineage", 0)};
  }
  source.digest = storage::Digest::parse(j.at("digest").get<std::string>());
  source.available = j.at("available").get<std::uint64_t>();
  source.quota = j.at("quota").get<std::uint64_t>();
  source.selection = j.at("selection").get<std::uint32_t>();
  source.first = j.value("first", std::uint64_t{0});
  source.pass = j.value("pass", std::uint32_t{0});
  source.weight = j.value("weight", 1.0);
  if (j.contains("index")) {
    const auto& index = j.at("index");
    source.index = MixIndex{storage::Digest::parse(index.at("digest").get<std::string>()),
                            index.at("samples").get<std::uint64_t>(), index.at("by").get<std::string>()};
  }
  if (!std::isfinite(source.weight) || source.weight < 0)
    throw std::invalid_argument("a weight is not a number from 0");
  if (source.quota == 0 || source.quota > source.available) {
    throw std::invalid_argument("a source's quota is not within 1 and what is available");
  }
  return source;
}

MixPlan plan_from(const nlohmann::json& document) {
  MixPlan plan;
  plan.generation = document.at("generation").get<int>();
  plan.unit = document.at("unit").get<std::string>();
  plan.unit_values = document.at("unit_values").get<std::uint64_t>();
  plan.seed = document.at("seed").get<std::uint64_t>();
  for (const auto& source : document.at("sources")) plan.sources.push_back(source_from(source));
  if (document.contains("notes")) plan.notes = document.at("notes").get<std::vector<std::string>>();
  return plan;
}

}  // namespace

std::uint64_t MixPlan::units() const noexcept {
  return std::accumulate(sources.begin(), sources.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const MixSource& s) { return sum + s.quota; });
}

bool MixPlan::weighted() const noexcept {
  return std::any_of(sources.begin(), sources.end(), [](const MixSource& s) { return s.weight != 1; });
}

std::string MixPlan::index_file(std::size_t source) const {
  std::vector<storage::Digest> before;
  for (std::size_t s = 0; s < source; ++s) {
    if (!sources[s].index) continue;
    if (sources[s].index->digest == sources[source].index->digest) return index_file(s);
    const bool is_new = std::find(before.begin(), before.end(), sources[s].index->digest) == before.end();
    if (is_new) before.push_back(sources[s].index->digest);
  }
  return "index-" + std::to_string(before.size()) + ".bin";
}

storage::Digest MixPlan::digest() const {
  storage::Sha256 hash;
  hash.text(digest_domain).number(static_cast<std::uint64_t>(generation)).text(unit).number(unit_values).number(seed);
  hash.number(sources.size());
  for (const auto& source : sources) hash_source(hash, source);
  return hash.finish();
}

nlohmann::ordered_json MixPlan::json() const {
  nlohmann::ordered_json j;
  j["digest"] = digest().text();
  j["generation"] = generation;
  j["unit"] = unit;
  j["unit_values"] = unit_values;
  j["seed"] = seed;
  j["sources"] = nlohmann::ordered_json::array();
  for (std::size_t s = 0; s < sources.size(); ++s) {
    j["sources"].push_back(source_json(sources[s], sources[s].index ? index_file(s) : ""));
  }
  if (!notes.empty()) j["notes"] = notes;
  return j;
}

MixPlan MixPlan::parse(const nlohmann::json& document, const std::string& where) {
  try {
    MixPlan plan = plan_from(document);
    if (plan.digest() != storage::Digest::parse(document.at("digest").get<std::string>())) {
      throw std::invalid_argument("its digest does not fit its content");
    }
    return plan;
  } catch (const Error& e) {
    throw Error(ExitCode::bad_data, "read mix", where, e.cause());
  } catch (const std::exception& e) {
    throw Error(ExitCode::bad_data, "read mix", where, e.what(),
                "the file was changed after it was written; restore it, or start the run in a new directory");
  }
}

}  // namespace genloss::workers

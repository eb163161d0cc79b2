#include "orchestrator/plan/run_plan.hpp"

namespace genloss::orchestrator::plan {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::vector<workers::MemoryPart>& parts) {
  Json json = Json::object();
  for (const auto& part : parts) json[part.name] = part.bytes;
  json["total"] = workers::total(parts);
  return json;
}

std::uint64_t column_bytes(const GenerationPlan& g) {
  std::uint64_t sum = 0;
  for (const ColumnPlan& column : g.columns) sum += column.bytes;
  return sum;
}

Json json_of(const GenerationPlan& g) {
  return {{"generation", g.generation},
          {"trained", g.trained},
          {"sampled", g.sampled},
          {"mix_units", g.mix_units},
          {"steps", g.steps},
          {"training_values", g.training_values},
          {"shards", g.shards},
          {"samples", g.samples},
          {"values", g.values},
          {"corpus_bytes", g.corpus_bytes},
          {"column_bytes", column_bytes(g)},
          {"model_bytes", g.model_bytes},
          {"checkpoint_bytes", g.checkpoint_bytes},
          {"other_bytes", g.other_bytes},
          {"files", g.lasting_files()},
          {"keeps_model", g.keeps_model},
          {"keeps_corpus", g.keeps_corpus},
          {"training_flops", g.training_flops},
          {"sampling_flops", g.sampling_flops},
          {"scoring_flops", g.scoring_flops},
          {"bytes_sent_per_rank", g.bytes_sent_per_rank},
          {"training_hours", g.training_hours},
          {"sampling_hours", g.sampling_hours},
          {"scoring_hours", g.scoring_hours},
          {"sampling_busy_share", g.busy_share}};
}

}  // namespace

Json to_json(const RunPlan& plan) {
  Json json{{"study", plan.study},
            {"ranks", plan.ranks},
            {"ranks_per_node", plan.ranks_per_node},
            {"directory", plan.directory.string()},
            {"exists", plan.exists},
            {"parameters", plan.costs.parameters},
            {"training_rate", plan.rates.training},
            {"training_rate_from", plan.rates.training_from},
            {"sampling_rate", plan.rates.sampling},
            {"sampling_rate_from", plan.rates.sampling_from}};
  json["generations"] = Json::array();
  for (const auto& g : plan.generations) json["generations"].push_back(json_of(g));
  json["disk_bytes"] = plan.disk_bytes();
  json["peak_disk_bytes"] = plan.peak_disk_bytes();
  json["needed_bytes"] = plan.needed_bytes;
  json["free_bytes"] = plan.free_bytes;
  json["files"] = plan.files();
  json["hours"] = plan.hours();
  json["memory"] = {{"program", plan.program_bytes},
                    {"training", json_of(plan.costs.training_memory)},
                    {"sampling", json_of(plan.costs.sampling_memory)},
                    {"measuring", json_of(plan.costs.scoring_memory)},
                    {"per_rank", plan.memory_per_rank()}};
  json["findings"] = Json::array();
  for (const auto& finding : plan.findings) json["findings"].push_back(to_json(finding));
  return json;
}

}  // namespace genloss::orchestrator::plan

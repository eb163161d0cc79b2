#include "jobs/numbers.hpp"
#include "orchestrator/plan/run_plan.hpp"
#include "orchestrator/report/text_table.hpp"

namespace genloss::orchestrator::plan {
namespace {

std::string time_text(double hours) { return hours <= 0 ? "-" : duration_text(hours * 3600); }
std::string amount(std::uint64_t value) { return amount_text(static_cast<double>(value)); }

std::string generations_of(const RunPlan& plan) {
  std::vector<TableRow> rows{{{"generation", "mix", "steps", "trained on", "shards", "samples", "drawn", "on disk",
                               "checkpoints", "files", "FLOPs", "sent/rank", "train", "sample", "measure"}},
                             {{"", "units", "", plan.values == "tokens" ? "tokens" : "units", "", "", plan.values, "",
                               "at most", "", "", "", "h:min:s", "h:min:s", "h:min:s"}}};
  for (const auto& g : plan.generations) {
    rows.push_back(
        {{std::to_string(g.generation) + (g.sampled   ? " (there)"
                                          : g.trained ? " (trained)"
                                                      : ""),
          std::to_string(g.mix_units), std::to_string(g.steps), amount(g.training_values), std::to_string(g.shards),
          amount(g.samples), amount(g.values), bytes_text(g.lasting_bytes()), bytes_text(g.checkpoint_bytes),
          std::to_string(g.lasting_files()), significant_text(g.flops(), 2), bytes_text(g.bytes_sent_per_rank),
          time_text(g.training_hours), time_text(g.sampling_hours), time_text(g.scoring_hours)}});
  }
  return table_text(rows, {}) + "\n";
}

std::string totals_of(const RunPlan& plan) {
  double flops = 0;
  std::uint64_t steps = 0, sent = 0;
  for (const auto& g : plan.generations) {
    flops += g.flops();
    steps += g.steps;
    sent += g.bytes_sent_per_rank;
  }
  std::string text = "all generations: " + std::to_string(steps) + " steps, " + significant_text(flops, 2) +
                     " FLOPs, " + bytes_text(plan.disk_bytes()) + " on disk (" + bytes_text(plan.peak_disk_bytes()) +
                     " at most, with checkpoints), " + std::to_string(plan.files()) + " files, " + bytes_text(sent) +
                     " sent by each rank and " + bytes_text(sent * static_cast<std::uint64_t>(plan.ranks)) + " by all";
  if (plan.hours() > 0) {
    text += ", " + duration_text(plan.hours() * 3600) + " to go (" + significant_text(plan.hours() * plan.ranks, 3) +
            " rank hours)";
  }
  return text + "\n";
}

std::string memory_row(const std::string& phase, const std::vector<workers::MemoryPart>& parts, std::uint64_t program) {
  std::string text = "  " + phase + ": " + bytes_text(workers::total(parts) + program) + " =";
  if (program > 0) text += " program " + bytes_text(program) + " +";
  for (const auto& part : parts) {
    if (part.bytes > 0)
      text += (text.back() == '=' || text.back() == '+' ? " " : " + ") + part.name + " " + bytes_text(part.bytes);
  }
  return text + "\n";
}

std::string findings_of(const RunPlan& plan) {
  std::string text;
  for (const auto& finding : plan.findings) text += to_text(finding) + "\n";
  return text;
}

std::string head_of(const RunPlan& plan) {
  std::string text =
      "plan of study " + plan.study + " on " + std::to_string(plan.ranks) + (plan.ranks == 1 ? " rank" : " ranks");
  if (plan.ranks_per_node > 0) {
    const int nodes = (plan.ranks + plan.ranks_per_node - 1) / plan.ranks_per_node;
    text += " (" + std::to_string(nodes) + (nodes == 1 ? " node of " : " nodes of ") +
            std::to_string(plan.ranks_per_node) + ")";
  }
  text += "; nothing is written\nrun directory: " + plan.directory.string() +
          (plan.exists ? " (exists; finished generations are counted as they are)" : " (does not exist yet)") + "\n";
  text += "model: " + amount(plan.costs.parameters) + " parameters; a unit is a " + plan.unit + "\n";
  text +=
      "sample lengths are not known before they are drawn: corpora not yet drawn count with samples of full "
      "length, the most they can be\n";
  const auto rate = [](const char* what, double value, const std::string& unit, const std::string& from) {
    return std::string(what) + (value > 0 ? ": " + amount_text(value) + " " + unit + "/s a rank, " : ": ") + from +
           "\n";
  };
  text += rate("training rate", plan.rates.training, plan.values == "tokens" ? "tokens" : "units",
               plan.rates.training_from);
  text += rate("sampling rate", plan.rates.sampling, plan.values, plan.rates.sampling_from);
  return text;
}

}  // namespace

std::string to_text(const RunPlan& plan) {
  std::string text = head_of(plan) + "\n";
  if (!plan.generations.empty()) text += generations_of(plan) + totals_of(plan) + "\n";
  text +=
      std::string(plan.on_gpus ? "memory of a GPU (arithmetic; measuring: of the host):\n" : "memory of a rank:\n") +
      memory_row("training", plan.costs.training_memory, plan.program_bytes) +
      memory_row("sampling", plan.costs.sampling_memory, plan.program_bytes) +
      memory_row("measuring", plan.costs.scoring_memory, plan.program_bytes) + "\n";
  return text + findings_of(plan);
}

}  // namespace genloss::orchestrator::plan

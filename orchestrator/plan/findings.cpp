#include <algorithm>
#include <bit>
#include <cmath>

#include "jobs/numbers.hpp"
#include "orchestrator/plan/run_plan.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator::plan {
namespace {

constexpr std::uint64_t largest_good_shard = std::uint64_t{256} << 20;
constexpr double longest_good_shard_hours = 1;
constexpr std::uint64_t fewest_good_shards = 20;  // per rank: the last ones are a few percent of the time then
constexpr double usual_wall_hours = 48;
constexpr double most_messages_per_second = 50'000;  // half of what the coordinator is promised to answer
constexpr std::uint64_t many_files = 1'000'000;

std::string text(std::uint64_t number) { return std::to_string(number); }

class Inspector {
 public:
  Inspector(RunPlan& plan, const jobs::StudySpec& spec) : plan_(plan), spec_(spec) {}

  void inspect() {
    lanes();
    mixes();
    if (!plan_.generations.empty()) {
      shards();
      shard_size();
      messages();
      files();
    }
    disk();
    memory();
    time();
    std::stable_sort(plan_.findings.begin(), plan_.findings.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return a.grade > b.grade; });
  }

 private:
  void add(Diagnostic finding) { plan_.findings.push_back(std::move(finding)); }
  void ok(const char* topic, std::string text) { add(diagnostic::ok(topic, std::move(text))); }
  void warn(const char* topic, std::string text, std::string fix) {
    add(diagnostic::warning(topic, std::move(text), std::move(fix)));
  }
  void fail(const char* topic, std::string text, std::string fix, ExitCode code = ExitCode::done) {
    add(diagnostic::failed(topic, std::move(text), std::move(fix), code));
  }

  void lanes() {
    const int lanes = spec_.training.lanes, ranks = plan_.ranks;
    const std::string said = text(static_cast<std::uint64_t>(ranks)) + " ranks share the " +
                             text(static_cast<std::uint64_t>(lanes)) + " lanes of a step";
    if (ranks > lanes) {
      const auto enough = text(std::bit_ceil(static_cast<std::uint64_t>(ranks)));
      const bool batched = workers::family_type(spec_).logs_steps;
      const bool refused = spec_.runtime.device == jobs::DeviceKind::cuda;
      const auto tell = [&](std::string what, std::string fix) {
        if (refused) return fail("lanes", std::move(what), std::move(fix), ExitCode::usage);
        warn("lanes", std::move(what), std::move(fix));
      };
      tell(said +
               (refused ? ": some would have none, and the run refuses to start"
                        : ": those beyond them only sample and measure") +
               " (training is planned for " + text(static_cast<std::uint64_t>(lanes)) + " ranks)",
           "start at most " + text(static_cast<std::uint64_t>(lanes)) + " ranks, or set training.lanes = " + enough +
               (batched ? " and training.batch to a multiple of it" : "") + " (which makes it another study)");
    } else if (lanes % ranks != 0) {
      const double busy = static_cast<double>(lanes) / ranks / std::ceil(static_cast<double>(lanes) / ranks);
      warn("lanes", said + " unequally: in training they work " + percent_text(busy) + " of the time",
           "use a divisor of training.lanes as number of ranks (1, 2, 4, ...)");
    } else {
      ok("lanes", said + " equally");
    }
  }

  void mixes() {
    const auto planned = static_cast<int>(plan_.generations.size());
    if (planned == spec_.study.generations) ok("mixes", "the policy's quotas can be met in every generation");
  }

  void shards() {
    const auto& g = plan_.generations.back();
    const auto workers = static_cast<std::uint64_t>(plan_.ranks);
    const std::string said = text(g.shards) + " shards for " + text(workers) + " sampling ranks, which work " +
                             percent_text(g.busy_share) + " of the time if all are alike";
    const std::uint64_t better = std::max<std::uint64_t>(1, g.samples / (workers * fewest_good_shards));
    const std::string fix = better < spec_.sampling.shard_samples
                                ? "set sampling.shard_samples = " + text(better) + ", or use fewer ranks"
                                : "draw more samples, or use fewer ranks";
    if (g.shards < workers) {
      warn("dispatch", said + "; " + text(workers - g.shards) + " ranks are idle", fix);
    } else if (g.shards < workers * fewest_good_shards && workers > 1) {
      warn("dispatch",
           said + "; with fewer than " + text(fewest_good_shards) + " a rank, long shards at the end keep ranks idle",
           fix);
    } else {
      ok("dispatch", said);
    }
  }

  void shard_size() {
    const auto& g = plan_.generations.back();
    const double hours = plan_.rates.sampling > 0 ? static_cast<double>(g.values) / static_cast<double>(g.shards) /
                                                        plan_.rates.sampling / 3600
                                                  : 0;
    const std::string said = bytes_text(g.largest_shard_bytes) +
                             (hours > 0 ? " and " + duration_text(hours * 3600) + " of drawing" : "") + " each";
    if (g.largest_shard_bytes > largest_good_shard || hours > longest_good_shard_hours) {
      warn("shard", said + ": too large; a rank that dies loses so much", "lower sampling.shard_samples");
    } else {
      ok("shard", said);
    }
  }

  void messages() {
    const auto& g = plan_.generations.back();
    if (g.sampling_hours <= 0 || plan_.ranks == 1) return;
    const double rate = static_cast<double>(g.shards) / (g.sampling_hours * 3600);
    const std::string said = amount_text(rate) + " grants/s";
    if (rate > most_messages_per_second) {
      warn("coordinator", said + ", near the most it can give", "raise sampling.shard_samples");
    } else {
      ok("coordinator", said);
    }
  }

  void files() {
    const std::string said = text(plan_.files());
    if (plan_.files() > many_files) {
      warn("files",
           said + ", many for a shared file system (" + bytes_text(plan_.generations.back().largest_shard_bytes) +
               " a shard)",
           "raise sampling.shard_samples; ask for the quota of files");
    } else {
      ok("files", said);
    }
  }

  void disk() {
    const std::uint64_t needed = plan_.needed_bytes;
    const std::string said = bytes_text(needed) + " still needed, " + bytes_text(plan_.free_bytes) + " free at " +
                             spec_.runtime.runs.string();
    if (needed > plan_.free_bytes) {
      const bool could_drop = spec_.runtime.keep != jobs::Keep::measures;
      fail("disk", said,
           std::string(could_drop ? "set runtime.keep = measures (or mixes), or " : "set ") +
               "runtime.runs to a larger disk, or draw fewer samples");
    } else {
      ok("disk", said);
    }
  }

  void memory() {
    const auto on_node = static_cast<std::uint64_t>(std::max(plan_.ranks_per_node, 1));
    const std::uint64_t needed = plan_.memory_per_rank() * on_node;
    const std::string said = bytes_text(needed) + " for " + text(on_node) +
                             (on_node == 1 ? " rank, " : " ranks of a node, ") + bytes_text(plan_.memory_bytes) +
                             (plan_.memory_given ? " in a node" : " in this machine");
    if (plan_.on_gpus) {
      warn("memory", bytes_text(plan_.memory_per_rank()) + " on each GPU, by arithmetic",
           "compare it with your GPUs'; lower training.micro_batch or sampling.batch if it is too much");
    } else if (needed > plan_.memory_bytes) {
      warn("memory", said, "use nodes with more memory or fewer ranks on each, or set training.micro_batch");
    } else {
      ok("memory", said);
    }
  }

  void time() {
    if (plan_.rates.training <= 0 || plan_.rates.sampling <= 0) {
      warn("time", "not known without rates", "give --tokens-per-second-train and --tokens-per-second-sample");
      return;
    }
    const std::string said = duration_text(plan_.hours() * 3600) +
                             " for what is left, without start-up, checkpoints and waiting for the network";
    if (plan_.hours() > usual_wall_hours) {
      warn("time", said + "; more than the " + text(static_cast<std::uint64_t>(usual_wall_hours)) + " h of many queues",
           "the run stops and continues; let the job be requeued, or use more ranks");
    } else {
      ok("time", said);
    }
  }

  RunPlan& plan_;
  const jobs::StudySpec& spec_;
};

}  // namespace

void add_findings(RunPlan& plan, const jobs::StudySpec& spec) { Inspector(plan, spec).inspect(); }

}  // namespace genloss::orchestrator::plan

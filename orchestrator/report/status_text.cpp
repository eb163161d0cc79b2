#include "orchestrator/report/status_text.hpp"

#include <algorithm>
#include <filesystem>

#include "jobs/numbers.hpp"
#include "orchestrator/report/console.hpp"
#include "orchestrator/report/text_table.hpp"

namespace genloss::orchestrator {
namespace {

/// A program that says nothing for so long is worth a remark: it writes every two seconds while anything moves.
constexpr double worth_a_remark = 60;

std::string generation_text(const RunStatus& status) {
  if (status.position.generation < 0) return "-";
  return std::to_string(status.position.generation) + " of " + std::to_string(status.generations);
}

std::string stage_text(const RunStatus& status) {
  if (status.live && !status.live->stage.empty()) return status.live->stage;
  return status.position.generation < 0 ? "-" : std::string(name_of(status.position.state));
}

std::string progress_text(const RunStatus& status) {
  const std::uint64_t done = status.live ? status.live->done : status.done;
  const std::uint64_t total = status.live ? status.live->total : status.total;
  return total == 0 ? "-" : std::to_string(done) + "/" + std::to_string(total);
}

std::string rate_text(const RunStatus& status) {
  if (status.condition != Condition::running) return "-";
  if (status.tokens_per_second > 0) return amount_text(status.tokens_per_second) + " tokens/s";
  if (!status.live || !status.live->per_second) return "-";
  const double rate = *status.live->per_second;
  return (rate < 10 ? fixed_text(rate, 2) : amount_text(rate)) + " " + (status.what.empty() ? "blocks" : status.what) +
         "/s";
}

std::string left_text(const std::optional<double>& seconds) { return seconds ? duration_text(*seconds) : "-"; }

std::string starts_text(const RunStatus& status) {
  const int restarts = std::max(0, status.position.attempts - 1);
  return counted(static_cast<std::uint64_t>(status.position.ranks), "rank") + ", " +
         counted(static_cast<std::uint64_t>(restarts), "restart");
}

std::string silence_text(const RunStatus& status) {
  if (status.condition != Condition::running || !status.seconds_silent || *status.seconds_silent < worth_a_remark)
    return {};
  return "not heard from for " + duration_text(*status.seconds_silent) +
         "; it computes, or it hangs: see logs/ in the run directory";
}

std::string chain_text(const RunStatus::Chain& chain, int generations) {
  if (chain.position.generation < 0) return "not begun";
  return "generation " + std::to_string(chain.position.generation) + " of " + std::to_string(generations) + " " +
         std::string(name_of(chain.position.state)) + (chain.closed ? ", closed: it could not go on (see logs/)" : "");
}

TableRow row_of(const RunStatus& status) {
  return {{std::filesystem::path(status.run).filename().string(), std::string(name_of(status.condition)),
           generation_text(status), stage_text(status), progress_text(status), rate_text(status),
           left_text(status.run_seconds_left), starts_text(status)}};
}

}  // namespace

nlohmann::ordered_json to_json(const RunStatus& status) {
  nlohmann::ordered_json json{{"run", status.run},
                              {"study", status.study},
                              {"digest", status.digest},
                              {"condition", name_of(status.condition)},
                              {"running", status.condition == Condition::running},
                              {"finished", status.position.finished},
                              {"generations", status.generations},
                              {"generation", status.position.generation},
                              {"state", status.position.generation < 0 ? "" : name_of(status.position.state)},
                              {"attempts", status.position.attempts},
                              {"ranks", status.position.ranks},
                              {"last_change", status.position.last_time},
                              {"last_error", status.position.last_error}};
  if (status.total > 0) {
    json["progress"] = {{"what", status.what}, {"done", status.done}, {"total", status.total}};
    if (status.what == "steps") {
      json["progress"]["loss"] = status.loss;
      json["progress"]["tokens_per_second"] = status.tokens_per_second;
    }
  }
  if (status.live) {
    json["live"] = {{"stage", status.live->stage},     {"done", status.live->done},
                    {"total", status.live->total},     {"detail", status.live->detail},
                    {"host", status.live->host},       {"process", status.live->process},
                    {"attempt", status.live->attempt}, {"seconds_silent", *status.seconds_silent}};
    if (status.live->per_second) json["live"]["per_second"] = *status.live->per_second;
    if (status.live->seconds_left) json["live"]["seconds_left"] = *status.live->seconds_left;
  }
  if (status.dropped > 0) json["dropped"] = {{"artefacts", status.dropped}, {"bytes", status.dropped_bytes}};
  if (status.run_seconds_left) json["seconds_left"] = *status.run_seconds_left;
  for (const auto& chain : status.chains) {
    json["chains"].push_back({{"chain", chain.name},
                              {"generation", chain.position.generation},
                              {"state", chain.position.generation < 0 ? "" : name_of(chain.position.state)},
                              {"closed", chain.closed}});
  }
  return json;
}

std::string to_text(const RunStatus& status) {
  std::string text = status.study + "  " + std::string(name_of(status.condition));
  if (status.position.generation >= 0) {
    text += ", generation " + generation_text(status) + " " + std::string(name_of(status.position.state));
  }
  text += "\n  " + status.run;
  if (status.live) {
    const LiveProgress& live = *status.live;
    text += "\n  " + bar_text(live.done, live.total) + " " + stage_text(status) + " " + progress_text(status);
    if (!live.detail.empty()) text += ", " + live.detail;
    if (live.seconds_left) text += ", " + duration_text(*live.seconds_left) + " left";
    if (status.run_seconds_left) text += "; whole run about " + duration_text(*status.run_seconds_left);
    text += "\n  process " + std::to_string(live.process) + " on " + live.host + ", " + live.attempt + ", heard " +
            duration_text(*status.seconds_silent) + " ago";
  } else if (status.total > 0) {
    text += "\n  " + progress_text(status) + " " + status.what;
  }
  text += "\n  " + starts_text(status) + "; last change " + status.position.last_time;
  if (status.dropped > 0) {
    text += "\n  dropped by runtime.keep: " + std::to_string(status.dropped) + " models and corpora of " +
            bytes_text(status.dropped_bytes);
  }
  if (const std::string silence = silence_text(status); !silence.empty()) text += "\n  " + silence;
  if (!status.position.last_error.empty()) text += "\n  last error: " + status.position.last_error;
  std::vector<TableRow> chains;
  for (const auto& chain : status.chains)
    chains.push_back({{"  " + chain.name, chain_text(chain, status.generations)}});
  return chains.empty() ? text : text + "\n" + list_text(chains);
}

std::string to_table(const std::vector<RunStatus>& statuses) {
  std::vector<TableRow> rows{
      {{"run", "condition", "generation", "stage", "progress", "rate", "time left", "ranks, restarts"}}};
  std::string remarks;
  for (const RunStatus& status : statuses) {
    rows.push_back(row_of(status));
    if (!status.position.last_error.empty())
      remarks += "\n" + rows.back().cells[0] + ": last error: " + status.position.last_error;
    if (const std::string silence = silence_text(status); !silence.empty())
      remarks += "\n" + rows.back().cells[0] + ": " + silence;
  }
  return list_text(rows) + remarks;
}

}  // namespace genloss::orchestrator

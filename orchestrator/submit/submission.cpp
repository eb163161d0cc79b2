#include "orchestrator/submit/submission.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "slurm/duration.hpp"
#include "slurm/queue.hpp"
#include "slurm/shell_words.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

void say(const std::string& line) { std::printf("%s\n", line.c_str()); }

std::string shown(const fs::path& path) { return fs::relative(path).string(); }

fs::path own_program() { return fs::read_symlink("/proc/self/exe"); }

double longest_piece(const Pace& pace) { return std::max({pace.step, pace.shard, pace.evaluation, pace.measuring}); }

/// What single jobs and sweeps have in common.
slurm::BatchJob job_for(const SubmitRequest& request, const jobs::StudySpec& spec, const Pace& pace) {
  slurm::BatchJob job;
  job.resources = request.resources;
  job.resources.cpus_per_task = spec.runtime.threads;
  job.lead = slurm::lead_time(pace.checkpoint, longest_piece(pace), job.resources.time);
  job.program = own_program();
  job.setup = request.setup;
  job.at_once = request.at_once;
  job.elastic = request.elastic;
  job.max_stalled_restarts = request.max_stalled_restarts;
  return job;
}

std::string size_text(const slurm::BatchJob& job) {
  const auto& wanted = job.resources;
  return std::to_string(wanted.nodes) + (wanted.nodes == 1 ? " node" : " nodes") + " of " +
         std::to_string(wanted.tasks_per_node) + (wanted.tasks_per_node == 1 ? " rank" : " ranks") + ", " +
         (wanted.time.count() > 0 ? slurm::duration_text(wanted.time) + " (h:mm:ss) an attempt" : "the default time") +
         ", warned " + std::to_string(job.lead.count()) + " s before its end";
}

/// Hands in `links` jobs of one script, each after the one before. @return their ids
std::vector<std::string> hand_in_chain(const fs::path& script, int links) {
  std::vector<std::string> ids;
  ids.reserve(static_cast<std::size_t>(links));
  for (int link = 0; link < links; ++link) ids.push_back(slurm::hand_in(script, ids.empty() ? "" : ids.back()));
  return ids;
}

void show_dry(const slurm::BatchJob& job, const fs::path& script, int links) {
  std::printf("# %s\n%s", script.c_str(), slurm::batch_script(job).c_str());
  say("# would be handed in by:");
  for (int link = 0; link < links; ++link) {
    const std::string after = link == 0 ? "" : "JOB-" + std::to_string(link);
    say(slurm::shell_line(slurm::sbatch_words(script, after)) + "   # JOB-" + std::to_string(link + 1));
  }
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

}  // namespace

int chain_links(const std::optional<int>& asked, const std::optional<double>& hours, std::chrono::seconds usable) {
  if (asked) return *asked;
  if (!hours || usable.count() <= 0) return 1;
  constexpr double most = 100;  // the last link queues itself again anyway
  return static_cast<int>(std::clamp(std::ceil(*hours * 3600 / static_cast<double>(usable.count())), 1.0, most));
}

void submit_single(const SubmitRequest& request) {
  const Candidate candidate = check_candidate(request, {});
  const fs::path batch = candidate.run.batch(), script = batch / "job.sh", study = batch / "study.ini";
  slurm::BatchJob job = job_for(request, candidate.spec, candidate.pace);
  job.name = candidate.run.root.filename().string();
  job.script = script;
  job.logs = batch;
  job.points = {{study, candidate.run.root}};
  const auto& hours = request.hours ? request.hours : candidate.hours_left;
  const auto time = job.resources.time;
  const int links =
      chain_links(request.chain, hours, time == slurm::unlimited ? std::chrono::seconds(0) : time - job.lead);
  if (request.dry_run) return show_dry(job, script, links);

  slurm::need_slurm();
  if (candidate.finished) return say("finished already, nothing to submit: " + shown(candidate.run.root));
  if (const auto queued = slurm::queued_jobs(script); !queued.empty()) {
    return say("already queued as job " + queued.front().id + " (" + queued.front().state +
               "), nothing submitted: " + shown(candidate.run.root));
  }
  storage::write_text_durably(study, jobs::resolved_ini(candidate.spec));
  storage::write_text_durably(script, slurm::batch_script(job));
  const auto ids = hand_in_chain(script, links);
  say("job " + joined(ids, ", ") + (links > 1 ? " (a chain, one after the other): " : ": ") + size_text(job));
  say("run directory: " + shown(candidate.run.root));
  say("job log:       " + shown(batch / ("job-" + ids.front() + ".log")));
  say("next:          squeue -j " + joined(ids, ",") + "; genloss status " + shown(candidate.run.root) + "; scancel " +
      joined(ids, " "));
}

void submit_sweep(const SubmitRequest& request) {
  const Sweep sweep = make_sweep(request);
  slurm::BatchJob job = job_for(request, sweep.points.front().candidate.spec, sweep.points.front().candidate.pace);
  for (const auto& point : sweep.points) {
    job.points.push_back({point.study, point.candidate.run.root});
    job.resources.cpus_per_task = std::max(job.resources.cpus_per_task, point.candidate.spec.runtime.threads);
  }
  const fs::path script = sweep.root / "job.sh";
  job.name = sweep.name;
  job.script = script;
  job.array = true;
  job.logs = sweep.root / "logs";
  std::set<int> queued;
  if (!request.dry_run) {
    slurm::need_slurm();
    for (const auto& other : slurm::queued_jobs(script)) queued.insert(other.element.value_or(-1));
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const auto& point = sweep.points[i];
    const int element = static_cast<int>(i);
    const bool waits = queued.count(element) > 0;
    if (!point.candidate.finished && !waits) job.elements.push_back(element);
    lines.push_back("  " + std::to_string(i) + "  " + point_text(request.axes, point.values) + "  " +
                    shown(point.candidate.run.root) +
                    (point.candidate.finished ? "  finished" : (waits ? "  already queued" : "")));
  }
  if (request.dry_run) {
    say("# " + std::to_string(sweep.points.size()) + " points:\n# " + joined(lines, "\n# "));
    if (!job.elements.empty()) show_dry(job, script, 1);
    return;
  }
  if (job.elements.empty()) {
    return say("nothing to submit, all points are finished or queued:\n" + joined(lines, "\n"));
  }
  save_sweep(sweep, request.axes);
  fs::create_directories(job.logs);
  storage::write_text_durably(script, slurm::batch_script(job));
  const std::string id = slurm::hand_in(script);
  say("job " + id + ", an array of " + std::to_string(job.elements.size()) + " points: each " + size_text(job));
  say(joined(lines, "\n"));
  say("sweep:         " + shown(sweep.root));
  say("job logs:      " + shown(job.logs / ("job-" + id + "_*.log")));
  say("next:          squeue -j " + id + "; genloss status " + shown(sweep.root.parent_path().parent_path()) +
      "; scancel " + id);
}

}  // namespace genloss::orchestrator

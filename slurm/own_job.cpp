#include "slurm/own_job.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <thread>

#include "slurm/allocation.hpp"
#include "slurm/environment.hpp"
#include "slurm/tool.hpp"

namespace genloss::slurm {
namespace {

using std::chrono::seconds;
constexpr auto answer_timeout = seconds(60);

/// Empty if the program is not there or fails.
std::string answer(const std::vector<std::string>& words) {
  const ToolOutcome outcome = run_tool(words, answer_timeout);
  return outcome.good() ? outcome.output : std::string();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; in >> line;) lines.push_back(line);
  return lines;
}

/// `sinfo` marks a node that does not answer by an asterisk, before it calls it down.
bool lives(const std::string& state) {
  if (state.empty() || state.back() == '*') return false;
  for (const char* dead : {"down", "fail", "drain", "unk", "boot"}) {
    if (state.rfind(dead, 0) == 0) return false;
  }
  return true;
}

seconds node_timeout() {
  constexpr seconds usual{300};
  const std::string text = answer({"scontrol", "show", "config"});
  const auto line = text.find("SlurmdTimeout");
  const auto value = line == std::string::npos ? line : text.find_first_of("0123456789", line);
  if (value == std::string::npos) return usual;
  const auto end = text.find_first_not_of("0123456789", value);
  const auto known = whole_number<int>(text.substr(value, end - value));
  return known ? seconds(*known) : usual;
}

}  // namespace

OwnJob::OwnJob(std::filesystem::path script)
    : script_(std::move(script)),
      id_(current_allocation().job),
      node_list_(variable("SLURM_JOB_NODELIST")),
      restarts_(current_allocation().restarts) {}

bool OwnJob::is_being_ended() const {
  const std::string state = answer({"squeue", "-h", "-j", id_, "-o", "%T"});
  return state.rfind("CANCELLED", 0) == 0 || state.rfind("COMPLETING", 0) == 0;
}

bool OwnJob::is_running() const {
  const std::string state = answer({"squeue", "-h", "-j", id_, "-o", "%T"});
  return state.empty() || state == "RUNNING";
}

std::vector<std::string> OwnJob::next_links() const {
  std::vector<std::string> links;
  std::istringstream lines(answer({"squeue", "-h", "--me", "-t", "PENDING", "-o", "%i %E %o"}));
  for (std::string id, reason, command; lines >> id >> reason && std::getline(lines, command);) {
    if (reason.find("after") != std::string::npos && command == " " + script_.string()) links.push_back(id);
  }
  return links;
}

bool OwnJob::queue_again() const {
  for (int attempt = 1; attempt <= 5; ++attempt) {
    if (run_tool({"scontrol", "requeue", id_}, answer_timeout).good()) return true;
    std::this_thread::sleep_for(seconds(attempt));
  }
  return false;
}

void OwnJob::cancel(const std::vector<std::string>& jobs) {
  if (jobs.empty()) return;
  std::vector<std::string> words{"scancel"};
  words.insert(words.end(), jobs.begin(), jobs.end());
  (void)run_tool(words, answer_timeout);
}

std::vector<std::string> OwnJob::answering_nodes() const {
  std::string nodes = answer({"squeue", "-h", "-j", id_, "-o", "%N"});
  if (nodes.empty()) nodes = node_list_;
  std::istringstream lines(answer({"sinfo", "-h", "-N", "-n", nodes, "-o", "%N %t"}));
  std::set<std::string> living;  // a node is told once for each of its partitions
  for (std::string name, state; lines >> name >> state;) {
    if (lives(state)) living.insert(name);
  }
  return {living.begin(), living.end()};
}

std::vector<std::string> OwnJob::living_nodes() const {
  auto nodes = answering_nodes();
  return nodes.empty() ? lines_of(answer({"scontrol", "show", "hostnames", node_list_})) : nodes;
}

bool OwnJob::has_lost_nodes(std::size_t before) const {
  const auto end = std::chrono::steady_clock::now() + node_timeout() + seconds(30);
  do {
    if (answering_nodes().size() < before) return true;
    std::this_thread::sleep_for(seconds(1));
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace genloss::slurm

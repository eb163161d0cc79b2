#include "tests/support/program.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <algorithm>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>

namespace genloss::tests {
namespace fs = std::filesystem;
namespace {

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

Outcome shell(const std::string& command, int seconds) {
  const std::string bounded = "timeout -k 5 " + std::to_string(seconds) + " bash -c " + quoted(command) + " 2>&1";
  std::FILE* pipe = ::popen(bounded.c_str(), "r");
  if (pipe == nullptr) return {};
  Outcome outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.output.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

std::string program() { return std::string(GENLOSS_BINARY_DIR) + "/genloss"; }

Outcome genloss(int ranks, const std::vector<std::string>& words, const Environment& environment) {
  std::string command;
  for (const auto& [name, value] : environment) command += "export " + name + "=\"" + value + "\"; ";
  command += "exec ";
  if (ranks > 0) command += std::string(GENLOSS_SOURCE_DIR) + "/tests/with_ranks " + std::to_string(ranks) + " ";
  command += std::string(GENLOSS_BINARY_DIR) + "/genloss";
  for (const auto& word : words) command += " \"" + word + "\"";
  return shell(command);
}

Outcome genloss_over_hosts(int hosts, const std::vector<std::string>& words, const Environment& environment) {
  std::string command;
  for (const auto& [name, value] : environment) command += "export " + name + "='" + value + "'; ";
  command += "exec " + std::string(GENLOSS_SOURCE_DIR) + "/tests/with_hosts " + std::to_string(hosts) + " 2 " +
             GENLOSS_BINARY_DIR + "/genloss";
  for (const auto& word : words) command += " \"" + word + "\"";
  return shell(command);
}

Scratch::Scratch() {
  std::string pattern = (fs::temp_directory_path() / "genloss-test-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

Scratch::~Scratch() {
  if (testing::Test::HasFailure()) {
    std::printf("kept for a look: %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string study(const std::string& name) { return std::string(GENLOSS_SOURCE_DIR) + "/jobs/" + name; }

std::vector<fs::path> all_runs(const fs::path& runs) {
  std::vector<fs::path> found;
  if (!fs::exists(runs)) return found;
  for (const auto& entry : fs::directory_iterator(runs)) {
    if (entry.path().filename().string().front() != '.') found.push_back(entry.path());  // not the store
  }
  std::sort(found.begin(), found.end());
  return found;
}

fs::path only_run(const fs::path& runs) {
  const std::vector<fs::path> found = all_runs(runs);
  EXPECT_EQ(found.size(), 1u) << "run directories below " << runs;
  return found.empty() ? runs / "none" : found.front();
}

std::vector<std::string> left_over(const fs::path& runs) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(runs)) {
    const fs::path& path = entry.path();
    const std::string name = path.filename().string();
    const bool in_store = path.parent_path().parent_path().filename() == ".store";  // .store/KIND/RECIPE
    const bool dangling = entry.is_symlink() && !fs::exists(path);
    if (dangling || name.find(".partial-") != std::string::npos || (in_store && name.find('.') != std::string::npos)) {
      found.push_back(path.string());
    }
  }
  return found;
}

std::map<std::string, std::string> verified_digests(const fs::path& run) {
  const Outcome outcome = genloss(0, {"verify", run.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  std::map<std::string, std::string> digests;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(" sha256:");
    if (at == std::string::npos) continue;
    EXPECT_EQ(line.substr(line.size() - 3), " ok") << line;
    digests[line.substr(0, at)] = line.substr(at + 1, 71);
  }
  EXPECT_FALSE(digests.empty()) << outcome.output;
  return digests;
}

std::map<std::string, std::string> models_and_corpora(const fs::path& run) {
  auto digests = verified_digests(run);
  for (auto it = digests.begin(); it != digests.end();) {
    it = it->first.find("measures") != std::string::npos ? digests.erase(it) : std::next(it);
  }
  return digests;
}

}  // namespace genloss::tests

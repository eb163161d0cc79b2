#pragma once
// Who may include whom: the table of rooms, as a function of one file's path and text.

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::house {

using Names = std::vector<std::string>;

inline bool starts_with_any(std::string_view text, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& prefix) { return text.starts_with(prefix); });
}

inline const Names product_rooms = {"jobs", "comms", "storage", "workers", "slurm", "orchestrator"};

/// What the files of a room may include of ours; a file always may include its own room.
struct Arrow {
  std::string room;
  Names may_include;
};
inline const std::vector<Arrow> arrows = {
    {"jobs", {}},
    // every room has to fail, to beat, and to print numbers in the same way
    {"comms", {"jobs/error.hpp", "jobs/heartbeat.hpp", "jobs/numbers.hpp"}},
    {"storage", {"jobs/error.hpp", "jobs/heartbeat.hpp", "jobs/numbers.hpp"}},
    {"workers", {"jobs/", "comms/", "storage/"}},
    {"slurm", {"jobs/"}},
    {"orchestrator", {"jobs/", "comms/", "storage/", "workers/", "slurm/"}},
    {"tests", {"jobs/", "comms/", "storage/", "workers/", "slurm/", "orchestrator/"}},
};

/// The rooms of orchestrator/, from the ground up: each may include those before it.
inline const Names floors = {"policies", "directory", "dispatch", "store",  "graph",  "report", "attempt", "retention",
                             "show",     "doctor",    "run",      "verify", "repair", "plan",   "submit",  "commands"};
/// Of the room in which `path` lies; -1: of none (main.cpp).
inline std::ptrdiff_t floor_of(std::string_view path) {
  constexpr std::string_view house = "orchestrator/";
  if (!path.starts_with(house)) return -1;
  const std::string_view inside = path.substr(house.size());
  const auto found = std::find(floors.begin(), floors.end(), inside.substr(0, inside.find('/')));
  return found == floors.end() ? -1 : found - floors.begin();
}

/// A foreign world and the folders that may touch it.
struct Foreign {
  std::string name;
  std::regex header;
  Names folders;
};
inline const std::vector<Foreign>& foreign_worlds() {
  static const Names everyone = {""};
  static const std::vector<Foreign> worlds = {
      {"MPI", std::regex("mpi(-ext)?\\.h"), {"comms/", "tests/"}},
      {"NCCL", std::regex("nccl.*\\.h"), {"comms/nccl/", "tests/comms/nccl/"}},
      {"CUDA",
       std::regex("(cuda|cu[A-Z_]|cublas|driver_types|c10/cuda/|ATen/cuda/).*"),
       {"comms/nccl/", "workers/cuda/", "tests/comms/nccl/"}},
      {"HDF5", std::regex("(hdf5|hdf5_hl|H5[A-Z].*)\\.h"), {"storage/", "tests/"}},
      {"Boost", std::regex("boost/program_options.*"), {"jobs/"}},
      {"Boost.Math", std::regex("boost/math/.*"), {"workers/measures/statistics/"}},
      {"LibTorch",
       std::regex("(torch|ATen|c10)/.*"),
       {"workers/transformer/", "workers/numerics/", "workers/passes/", "workers/training/", "workers/sampling/",
        "workers/scoring/", "workers/cuda/", "tests/"}},
      {"GoogleTest", std::regex("g(test|mock)/.*"), {"tests/"}},
      {"Google Benchmark", std::regex("benchmark/.*"), {"tests/"}},
      {"OpenSSL", std::regex("openssl/.*"), {"storage/", "tests/"}},
      {"LIBXSMM", std::regex("libxsmm.*\\.h"), {"workers/numerics/"}},
      {"PCRE2", std::regex("pcre2.*\\.h"), {"workers/text/", "tests/"}},
      {"JSON", std::regex("nlohmann/.*"), {"storage/", "workers/", "slurm/", "orchestrator/", "tests/"}},
      {"libfmt", std::regex("fmt/.*"), {"jobs/"}},
      {"the operating system",
       std::regex("(sys|linux|arpa|netinet)/.*\\.h|(unistd|fcntl|signal|dirent|poll|pthread|sched|time|dlfcn|spawn|"
                  "termios|stdlib|netdb|ifaddrs)\\.h|[a-z]*intrin\\.h|omp\\.h"),
       everyone},
      {"the standard library", std::regex("[a-z_0-9]+"), everyone},
  };
  return worlds;
}

inline std::string room_of(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

/// Breaches of the rules by one file; empty if it keeps them. @param path from the project's root, with slashes
inline Names breaches(std::string_view path, const std::string& text) {
  static const std::regex include_line(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  Names found;
  const std::string room = room_of(path);
  const auto arrow = std::find_if(arrows.begin(), arrows.end(), [&](const Arrow& a) { return a.room == room; });
  if (arrow == arrows.end()) return {std::string(path) + ": no room is called '" + room + "'"};
  const auto report = [&](int line, const std::string& what) {
    found.push_back(std::string(path) + ":" + std::to_string(line) + ": " + what);
  };

  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find("SLURM_") != std::string::npos && room != "slurm" && room != "tests") {
      report(number, "names of Slurm belong in slurm/");
    }
    std::smatch match;
    if (!std::regex_search(line, match, include_line)) continue;
    const std::string header = match[2];
    if (match[1] == "\"") {
      if (!header.starts_with(room + "/") && !starts_with_any(header, arrow->may_include)) {
        report(number, room + "/ may not include \"" + header + "\"");
      } else if (floor_of(path) >= 0 && floor_of(header) > floor_of(path)) {
        report(number, "\"" + header + "\" lies above " + floors[static_cast<std::size_t>(floor_of(path))] + "/");
      }
      continue;
    }
    const auto& worlds = foreign_worlds();
    const auto world = std::find_if(worlds.begin(), worlds.end(),
                                    [&](const Foreign& w) { return std::regex_match(header, w.header); });
    if (world == worlds.end()) {
      report(number, "<" + header + "> is of no world that the rules know; add it to the table");
    } else if (!starts_with_any(path, world->folders)) {
      report(number, world->name + " (<" + header + ">) does not belong here");
    }
  }
  if (path.ends_with(".hpp") && text.find("#pragma once") == std::string::npos) report(1, "no #pragma once");
  return found;
}

}  // namespace genloss::house

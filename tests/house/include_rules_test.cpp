#include "tests/house/include_rules.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/house/source_files.hpp"

namespace genloss::house {
namespace {

int breach_count(const char* path, const char* text) { return static_cast<int>(breaches(path, text).size()); }

TEST(include_rules, hold_in_every_source_of_the_house) {
  const auto files = source_files();
  ASSERT_GT(files.size(), 50U) << "the rooms were not found";
  for (const auto& file : files) {
    for (const auto& breach : breaches(file.path, file.text)) ADD_FAILURE() << breach;
  }
}

TEST(include_rules, forbid_every_arrow_that_the_table_does_not_draw) {
  const std::vector<std::pair<std::string, Names>> allowed = {
      {"jobs", {"jobs"}},           {"comms", {"comms"}},
      {"storage", {"storage"}},     {"workers", {"jobs", "comms", "storage", "workers"}},
      {"slurm", {"jobs", "slurm"}}, {"orchestrator", product_rooms},
  };
  for (const auto& [from, targets] : allowed) {
    for (const auto& to : product_rooms) {
      const bool expected = std::find(targets.begin(), targets.end(), to) != targets.end();
      const std::string text = "#include \"" + to + "/thing.hpp\"\n";
      EXPECT_EQ(breaches(from + "/a.cpp", text).empty(), expected) << from << " -> " << to;
    }
  }
}

TEST(include_rules, let_comms_and_storage_see_of_jobs_only_what_every_room_does_alike) {
  for (const char* path : {"comms/a.cpp", "storage/a.cpp"}) {
    for (const char* seen : {"error", "heartbeat", "numbers"}) {
      EXPECT_EQ(breaches(path, "#include \"jobs/" + std::string(seen) + ".hpp\"\n").size(), 0U) << seen;
    }
    EXPECT_EQ(breach_count(path, "#include \"jobs/random.hpp\"\n"), 1);
  }
}

TEST(include_rules, let_no_room_of_the_orchestrator_see_those_above_it) {
  EXPECT_EQ(breach_count("orchestrator/run/a.cpp", "#include \"orchestrator/report/a.hpp\"\n"), 0);
  EXPECT_EQ(breach_count("orchestrator/report/a.cpp", "#include \"orchestrator/run/a.hpp\"\n"), 1);
  EXPECT_EQ(breach_count("orchestrator/submit/a.cpp", "#include \"orchestrator/commands/words.hpp\"\n"), 1);
  EXPECT_EQ(breach_count("orchestrator/main.cpp", "#include \"orchestrator/commands/command.hpp\"\n"), 0);
}

TEST(include_rules, leave_the_rendering_of_numbers_to_one_place) {
  for (const auto& file : source_files()) {
    // storage and run_directory.cpp: names of files and checksums in hex, which nobody reads as numbers
    if (file.path.starts_with("tests/") || file.path.starts_with("storage/")) continue;
    if (file.path == "orchestrator/directory/run_directory.cpp") continue;
    for (const char* other : {"snprintf", "setprecision", "setw("}) {
      EXPECT_EQ(file.text.find(other), std::string::npos) << file.path << ": " << other << "; see jobs/numbers.hpp";
    }
  }
}

TEST(include_rules, know_every_room_of_the_orchestrator) {
  for (const auto& file : source_files()) {
    if (!file.path.starts_with("orchestrator/") || file.path.ends_with("/main.cpp")) continue;
    EXPECT_GE(floor_of(file.path), 0) << file.path << ": give its folder a place in `floors`";
  }
}

TEST(include_rules, keep_each_foreign_world_in_its_room) {
  struct Case {
    const char *header, *home, *stranger;
  };
  for (const auto& [header, home, stranger] : {
           Case{"mpi.h", "comms/a.cpp", "workers/training/a.cpp"},
           Case{"nccl.h", "comms/nccl/a.cpp", "comms/a.cpp"},
           Case{"cuda_runtime.h", "workers/cuda/a.cpp", "workers/training/a.cpp"},
           Case{"c10/cuda/CUDAStream.h", "workers/cuda/a.cpp", "workers/sampling/a.cpp"},
           Case{"hdf5.h", "storage/a.cpp", "orchestrator/a.cpp"},
           Case{"H5Fpublic.h", "storage/a.cpp", "workers/mix/a.cpp"},
           Case{"boost/program_options.hpp", "jobs/a.cpp", "orchestrator/a.cpp"},
           Case{"boost/program_options/parsers.hpp", "jobs/a.cpp", "tests/jobs/a.cpp"},
           Case{"boost/math/distributions/students_t.hpp", "workers/measures/statistics/a.cpp", "orchestrator/a.cpp"},
           Case{"fmt/core.h", "jobs/a.cpp", "orchestrator/a.cpp"},
           Case{"torch/torch.h", "workers/training/a.cpp", "workers/mix/a.cpp"},
           Case{"ATen/ATen.h", "workers/transformer/a.cpp", "workers/a.cpp"},
           Case{"c10/core/Device.h", "workers/scoring/a.cpp", "orchestrator/run/a.cpp"},
           Case{"gtest/gtest.h", "tests/jobs/a.cpp", "jobs/a.cpp"},
           Case{"benchmark/benchmark.h", "tests/benchmarks/a.cpp", "storage/a.cpp"},
           Case{"openssl/evp.h", "storage/a.cpp", "jobs/a.cpp"},
       }) {
    const std::string text = std::string("  #  include <") + header + ">\n";
    EXPECT_TRUE(breaches(home, text).empty()) << header << " in " << home;
    EXPECT_FALSE(breaches(stranger, text).empty()) << header << " in " << stranger;
  }
}

TEST(include_rules, refuse_a_library_that_nobody_entered_in_the_table) {
  EXPECT_EQ(breach_count("workers/text/a.cpp", "#include <folly/String.h>\n"), 1);
  EXPECT_EQ(breach_count("workers/text/a.cpp", "#include <vector>\n#include <unistd.h>\n"), 0);
}

TEST(json, is_parsed_where_its_limits_are) {
  static const std::set<std::string> homes = {"storage/files/json.hpp", "storage/files/json.cpp",
                                              "storage/tensors/safetensors_header.cpp"};
  static const std::regex parses("[jJ]son::(parse|accept|sax_parse)\\s*\\(");
  for (const auto& [path, text] : source_files()) {
    if (path.starts_with("tests/") || homes.contains(path)) continue;
    EXPECT_FALSE(std::regex_search(text, parses)) << path << ": use storage/files/json.hpp, which has limits";
  }
}

TEST(include_rules, find_slurm_outside_its_room_and_headers_without_a_guard) {
  EXPECT_EQ(breach_count("comms/a.cpp", "getenv(\"SLURM_NTASKS\")\n"), 1);
  EXPECT_EQ(breach_count("slurm/a.cpp", "getenv(\"SLURM_NTASKS\")\n"), 0);
  EXPECT_EQ(breach_count("jobs/a.hpp", "struct A {};\n"), 1);
  EXPECT_EQ(breach_count("jobs/a.hpp", "#pragma once\nstruct A {};\n"), 0);
}

TEST(include_rules, name_file_and_line) {
  const auto found = breaches("jobs/a.cpp", "\n#include <mpi.h>\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "jobs/a.cpp:2: MPI (<mpi.h>) does not belong here");
}

}  // namespace
}  // namespace genloss::house

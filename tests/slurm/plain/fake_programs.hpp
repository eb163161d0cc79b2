#pragma once
// Programs of Slurm as a test wants them to behave: small scripts in a folder in front of PATH.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/support/program.hpp"

namespace genloss::tests {

class FakePrograms {
 public:
  FakePrograms() { std::filesystem::create_directories(folder()); }
  ~FakePrograms() {
    for (const auto& [name, before] : before_) put(name, before);
  }
  FakePrograms(const FakePrograms&) = delete;
  FakePrograms& operator=(const FakePrograms&) = delete;

  /// A bash script called `name`. Its folder is $(dirname "$0").
  void add(const std::string& name, const std::string& body) {
    const auto file = folder() / name;
    std::ofstream(file) << "#!/bin/bash\n" << body << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
  /// For this process, until the end of the test. Empty: not set.
  void set(const std::string& name, const std::string& value) {
    const char* now = std::getenv(name.c_str());
    before_.emplace(name, now != nullptr ? now : "");
    put(name, value);
  }
  void in_front_of_path() { set("PATH", path()); }

  [[nodiscard]] std::filesystem::path folder() const { return scratch_.path() / "bin"; }
  [[nodiscard]] std::filesystem::path scratch() const { return scratch_.path(); }
  [[nodiscard]] std::string path() const { return folder().string() + ":" + std::getenv("PATH"); }
  /// What a fake has written into the file `name` beside itself.
  [[nodiscard]] std::string written(const std::string& name) const {
    std::ifstream in(folder() / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  static void put(const std::string& name, const std::string& value) {
    if (value.empty()) {
      ::unsetenv(name.c_str());
    } else {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  Scratch scratch_;
  std::map<std::string, std::string> before_;
};

}  // namespace genloss::tests

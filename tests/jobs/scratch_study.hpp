#pragma once
// A study file in a folder of its own, and the error that reading it gives.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"

namespace genloss::tests {

class ScratchStudy {
 public:
  explicit ScratchStudy(const std::string& text = valid) {
    std::string pattern = (std::filesystem::temp_directory_path() / "genloss-study-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
    write(text);
  }
  ~ScratchStudy() { std::filesystem::remove_all(folder_); }
  ScratchStudy(const ScratchStudy&) = delete;
  ScratchStudy& operator=(const ScratchStudy&) = delete;

  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "study.ini"; }
  [[nodiscard]] jobs::StudySpec read(const std::vector<std::string>& overrides = {}) const {
    return jobs::read_study(file(), overrides);
  }
  /// The error of reading, if there is one.
  [[nodiscard]] std::optional<Error> error(const std::vector<std::string>& overrides = {}) const {
    try {
      (void)read(overrides);
    } catch (const Error& e) {
      return e;
    }
    return std::nullopt;
  }

  static constexpr const char* valid = "[data]\nsource = text.txt\n";

 private:
  std::filesystem::path folder_;
};

}  // namespace genloss::tests

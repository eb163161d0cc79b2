#pragma once
// logs/rank-0000.log: what one rank did and when, attempt after attempt.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace genloss::orchestrator {

class RankLog {
 public:
  /// Appends to the log of `rank`. A log that cannot be opened is silently done without: it is a convenience.
  RankLog(const std::filesystem::path& logs, int rank);
  void line(std::string_view text);

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace genloss::orchestrator

#include "orchestrator/directory/rank_log.hpp"

#include <array>

#include "orchestrator/directory/clock.hpp"

namespace genloss::orchestrator {

RankLog::RankLog(const std::filesystem::path& logs, int rank) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "rank-%04d.log", rank);
  file_.reset(std::fopen((logs / name.data()).c_str(), "a"));
}

void RankLog::line(std::string_view text) {
  if (!file_) return;
  std::fprintf(file_.get(), "%s %.*s\n", utc_now().c_str(), static_cast<int>(text.size()), text.data());
  std::fflush(file_.get());
}

}  // namespace genloss::orchestrator

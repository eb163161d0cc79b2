#include "orchestrator/directory/rank_log.hpp"

#include "jobs/numbers.hpp"
#include "orchestrator/directory/clock.hpp"

namespace genloss::orchestrator {

RankLog::RankLog(const std::filesystem::path& logs, int rank) {
  file_.reset(std::fopen((logs / ("rank-" + zero_padded(static_cast<std::uint64_t>(rank), 4) + ".log")).c_str(), "a"));
}

void RankLog::line(std::string_view text) {
  if (!file_) return;
  std::fprintf(file_.get(), "%s %.*s\n", utc_now().c_str(), static_cast<int>(text.size()), text.data());
  std::fflush(file_.get());
}

}  // namespace genloss::orchestrator

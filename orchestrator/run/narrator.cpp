#include "orchestrator/run/narrator.hpp"

#include "jobs/numbers.hpp"
#include "orchestrator/attempt/program.hpp"
#include "orchestrator/directory/measured_chain.hpp"
#include "orchestrator/report/table.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace {

/// A path as a shell here takes it: relative where that is not longer.
std::string shown(const std::filesystem::path& path) {
  const std::string whole = std::filesystem::absolute(path).lexically_normal().string(),
                    from_here = std::filesystem::relative(path).string();
  return from_here.size() <= whole.size() ? from_here : whole;
}

}  // namespace

void Narrator::opening(int ranks, int groups) {
  std::string text = std::string(version_text) + ": study " + study_.study.name + ", ";
  if (chains_.size() > 1) text += counted(chains_.size(), "chain") + " of ";
  text += std::to_string(study_.study.generations) + " generations, " +
          counted(static_cast<std::uint64_t>(ranks), "rank") + " of " +
          counted(static_cast<std::uint64_t>(study_.runtime.threads), "thread");
  if (chains_.size() > 1) text += " in " + counted(static_cast<std::uint64_t>(groups), "group");
  console_.line(text + "\nrun directory: " + shown(run_));
}

void Narrator::begins(const Node& node) {
  const std::string titles = jobs::titles_of(chains_, node.chains);
  console_.line((titles.empty() ? "" : titles + ": ") + "generation " + std::to_string(node.generation) + " of " +
                std::to_string(study_.study.generations));
}

void Narrator::measured(int index, int generation) {
  const jobs::Chain& chain = chains_[static_cast<std::size_t>(index)];
  Told& told = told_[index];
  told.measured.insert(generation);
  const auto& records = workers::family_type(study_.study.family).records();
  const auto measured = measured_chain({run_ / chain.folder}, study_.study.generations);
  for (; told.measured.count(told.next) > 0; ++told.next) {
    if (chains_.size() > 1) {
      console_.line(chain.title + ": generation " + std::to_string(told.next) + " measured");
    }
    for (const auto& line : generation_lines(records, measured, told.next, study_.measures.confidence)) {
      console_.line(line);
    }
  }
}

void Narrator::end(const PhaseTimes& times, const TimeShares& shares, int groups) {
  if (chains_.size() == 1) {
    const auto& records = workers::family_type(study_.study.family).records();
    const auto measured = measured_chain({run_ / chains_.front().folder}, study_.study.generations);
    console_.line("\n" + table(records, measured) + "\n\n" + conclusion(records, measured, study_.measures.confidence));
  } else {
    console_.line("\ntables, effects and what to call them: genloss compare " + shown(run_));
  }
  std::string text =
      times_text(times) + "\nof all ranks' time: checksums, digests and fsync " + percent_text(shares.integrity, 1);
  if (groups > 1) text += ", idle " + percent_text(shares.idle, 1);
  console_.line("\n" + text);
}

}  // namespace genloss::orchestrator

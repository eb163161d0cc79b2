// Power loss, simulated from the recorded calls of a real run: what is sealed is durable before anything says so, and a
// run that lost power at any instant goes on to the same bytes.

#include <set>

#include "tests/faults/powerloss/campaign.hpp"
#include "tests/faults/powerloss/order.hpp"

namespace genloss::powerloss {
namespace fs = std::filesystem;

class PowerLoss : public OfStudy {};

TEST_P(PowerLoss, finds_everything_synced_before_its_name_and_before_the_journal_tells_it) {
  const auto complaints = complaints_of(recording_of(*GetParam()).root, recording_of(*GetParam()).records,
                                        [](const Record&) { return false; });
  for (const auto& complaint : complaints) ADD_FAILURE() << complaint;
}

TEST_P(PowerLoss, would_find_any_sync_that_is_left_out) {
  const Recording& recording = recording_of(*GetParam());
  // A file is synced where it is written and once more with its folder: both are left out.
  const auto place = [](const Record& record) {
    const fs::path path = record.path;
    const std::string name = path.filename();
    return (path.parent_path() / name.substr(0, name.find(".partial-"))).string();
  };
  std::set<std::string> synced;
  for (const Record& record : recording.records) {
    if (record.operation == Operation::sync) synced.insert(place(record));
  }
  EXPECT_GT(synced.size(), 20u);
  for (const auto& path : synced) {
    // A claim, the folder of what is being made and the log in it save work: losing one costs work alone.
    const std::string name = fs::path(path).filename();
    const bool of_work = name.find(".work-") != std::string::npos ||
                         (name == "training.jsonl" && path.find(".work-") != std::string::npos);
    if (name.ends_with(".claim") || of_work) continue;
    const auto left_out = [&](const Record& record) {
      return record.operation == Operation::sync && place(record) == path;
    };
    EXPECT_FALSE(complaints_of(recording.root, recording.records, left_out).empty())
        << "never synced, and nobody minds: " << path;
  }
}

TEST_P(PowerLoss, costs_nothing_at_any_barrier) {
  const Recording& recording = recording_of(*GetParam());
  // Before each sync is applied: what it is for. States that are alike are tried once.
  auto disk = std::make_shared<Disk>(recording.root);
  std::set<std::map<std::string, std::string>> known;
  std::vector<std::function<std::string()>> cases;
  for (std::size_t i = 0; i < recording.records.size(); ++i) {
    const Record& record = recording.records[i];
    if (record.operation == Operation::sync) {
      for (const Loss loss : losses) {
        if (!known.insert(disk->files_after(loss)).second) continue;
        cases.push_back([&, i, loss]() -> std::string {
          Disk at_loss(recording.root);
          for (std::size_t k = 0; k < i; ++k) at_loss.apply(recording.records[k]);
          const tests::Scratch scratch;
          at_loss.materialize(loss, scratch.path());
          const std::string complaint = complaint_after_resume(*GetParam(), scratch.path());
          if (complaint.empty()) return {};
          return std::string(name_of(loss)) + " before record " + std::to_string(i) + ", " +
                 text_of(recording.records[i], recording.root) + ": " + complaint;
        });
      }
    }
    disk->apply(record);
  }
  try_cases(*GetParam(), std::move(cases));
}

INSTANTIATE_TEST_SUITE_P(of, PowerLoss, testing::Values(&gaussian, &text), name_of_study);

}  // namespace genloss::powerloss

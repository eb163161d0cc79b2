// Power loss, simulated from the recorded calls of a real run: what is sealed is durable before anything says so, and a
// run that lost power at any instant goes on to the same bytes.

#include <set>

#include "tests/faults/powerloss/campaign.hpp"

namespace genloss::powerloss {
namespace {
namespace fs = std::filesystem;

/// Of no consequence for what a run computes: may be lost, torn or back again.
bool is_dispensable_name(const std::string& path) {
  const std::string name = fs::path(path).filename();
  return name.starts_with(".trash-") || name.starts_with("progress.json") || name == ".lock" || name == "logs";
}

bool is_exempt(const std::string& path) {
  for (const auto& part : fs::path(path)) {
    if (is_dispensable_name(part) || part.string().find(".partial-") != std::string::npos) return true;
  }
  // No entry of the journal stands for a checkpoint; what is in it is checked when it is renamed.
  return path.find("/checkpoints") != std::string::npos;
}

std::map<std::string, std::string> sealed(std::map<std::string, std::string> files) {
  std::erase_if(files, [](const auto& file) { return is_exempt(file.first); });
  return files;
}

/// What is not synced at or below `node`, folders' names included.
void unsynced(const Node& node, const std::string& path, std::set<std::string>& found) {
  if (!node.pending.empty()) found.insert(path + " (content)");
  if (node.folder && node.names != node.synced_names) found.insert(path + " (names in it)");
  for (const auto& [name, below] : node.names) unsynced(*below, path + "/" + name, found);
}

/// All that is named for good is what a power loss would leave of it. @param when of the message
void expect_durable(const Disk& disk, const std::string& when, std::set<std::string>& complaints) {
  const auto now = sealed(disk.files_after(Loss::nothing)), left = sealed(disk.files_after(Loss::everything));
  for (const auto& [path, content] : now) {
    const auto found = left.find(path);
    if (found == left.end()) {
      const std::string folder = fs::path(path).parent_path();
      if (!folder.empty() && !left.contains(folder)) continue;  // goes with its folder, which is told
      complaints.insert("a power loss would take away " + path + ", " + when);
    } else if (found->second != content) {
      complaints.insert("a power loss would damage " + path + ", " + when);
    }
  }
  for (const auto& [path, content] : left) {
    if (!now.contains(path)) complaints.insert("a power loss would bring back " + path + ", " + when);
  }
}

/// An older checkpoint may go only when the newer ones are there for good.
void expect_newer_checkpoints_durable(const Disk& disk, const Record& removal, std::set<std::string>& complaints) {
  const fs::path folder = fs::path(removal.path).parent_path();
  if (folder.filename() != "checkpoints") return;
  const auto node = disk.at(folder);
  for (const auto& [name, checkpoint] : node->names) {
    if (is_exempt(name) || node->synced_names.contains(name)) continue;
    complaints.insert("a power loss would take away checkpoint " + name + ", and an older one is removed already");
  }
}

/// What is wrong with the order of a recording's calls, without those that are `left_out`.
std::set<std::string> complaints_of(const Recording& recording, const std::function<bool(const Record&)>& left_out) {
  Disk disk(recording.root);
  std::set<std::string> complaints;
  std::size_t renames = 0;
  for (const Record& record : recording.records) {
    if (left_out(record)) continue;
    if (record.operation == Operation::rename && !is_dispensable_name(record.other)) {
      ++renames;
      unsynced(*disk.at(record.path), text_of(record, recording.root) + ": not synced: ", complaints);
    }
    if (record.operation == Operation::rename && is_dispensable_name(record.other)) {
      expect_newer_checkpoints_durable(disk, record, complaints);
    }
    disk.apply(record);
    const bool tells = record.operation == Operation::sync && record.path.ends_with("/journal.jsonl");
    if (tells && !disk.at(record.path)->content.empty()) {
      expect_durable(disk, "which the journal already knows", complaints);
    }
  }
  expect_durable(disk, "at the end of the run", complaints);
  EXPECT_GT(renames, 10u);
  return complaints;
}

}  // namespace

class PowerLoss : public OfStudy {};

TEST_P(PowerLoss, finds_everything_synced_before_its_name_and_before_the_journal_tells_it) {
  const auto complaints = complaints_of(recording_of(*GetParam()), [](const Record&) { return false; });
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
    EXPECT_FALSE(complaints_of(recording, left_out).empty()) << "never synced, and nobody minds: " << path;
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

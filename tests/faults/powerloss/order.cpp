#include "tests/faults/powerloss/order.hpp"

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

}  // namespace

std::set<std::string> complaints_of(const fs::path& root, const std::vector<Record>& records,
                                    const std::function<bool(const Record&)>& left_out) {
  Disk disk(root);
  std::set<std::string> complaints;
  std::size_t renames = 0;
  for (const Record& record : records) {
    if (left_out(record)) continue;
    if (record.operation == Operation::rename && !is_dispensable_name(record.other)) {
      ++renames;
      unsynced(*disk.at(record.path), text_of(record, root) + ": not synced: ", complaints);
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
  if (renames <= 10) complaints.insert("only " + std::to_string(renames) + " renames were recorded");
  return complaints;
}

std::set<std::string> complaints_of_end(const fs::path& root, const std::vector<Record>& records) {
  Disk disk(root);
  for (const Record& record : records) disk.apply(record);
  std::set<std::string> complaints;
  expect_durable(disk, "at the end of the run", complaints);
  // Claims and work of the dead: the next start takes them over or sweeps them.
  std::erase_if(complaints, [](const auto& text) {
    return text.find("bring back") != std::string::npos &&
           (text.find(".claim,") != std::string::npos || text.find(".work-") != std::string::npos);
  });
  return complaints;
}

}  // namespace genloss::powerloss

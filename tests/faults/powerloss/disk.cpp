#include "tests/faults/powerloss/disk.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>

namespace genloss::powerloss {
namespace fs = std::filesystem;
namespace {

void change(std::string& content, const Record& record, std::uint64_t bytes) {
  if (record.operation == Operation::truncate) {
    content.resize(record.offset);
    return;
  }
  if (content.size() < record.offset + bytes) content.resize(record.offset + bytes);
  content.replace(record.offset, bytes, record.bytes, 0, bytes);
}

/// Calls `visit(path below, node)` for all that is left in `folder` and below after `loss`, folders first.
void walk(const Node& folder, Loss loss, const fs::path& below,
          const std::function<void(const fs::path&, const Node&)>& visit) {
  for (const auto& [name, node] : folder.names_after(loss)) {
    visit(below / name, *node);
    if (node->folder) walk(*node, loss, below / name, visit);
  }
}

}  // namespace

std::vector<Record> read_records(const fs::path& log) {
  std::ifstream in(log, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::vector<Record> records;
  for (std::size_t at = 0; at + sizeof(RecordHead) <= text.size();) {
    RecordHead head{};
    std::memcpy(&head, text.data() + at, sizeof head);
    at += sizeof head;
    const auto take = [&](std::uint64_t bytes) {
      at += bytes;
      return text.substr(at - bytes, bytes);
    };
    Record record{
        head.operation, head.injected != 0, head.process, head.descriptor, head.offset, head.call, {}, {}, {}};
    record.path = take(head.path);
    record.other = take(head.other);
    record.bytes = take(head.bytes);
    records.push_back(std::move(record));
  }
  return records;
}

std::string text_of(const Record& record, const fs::path& root) {
  const auto below = [&](const std::string& path) {
    return path.starts_with('/') ? fs::path(path).lexically_relative(root).string() : path;
  };
  std::string text = std::string(names[static_cast<int>(record.operation)]) + " " + below(record.path);
  if (!record.other.empty()) text += " -> " + below(record.other);
  return text;
}

const char* name_of(Loss loss) {
  constexpr const char* words[] = {"everything unsynced lost", "unsynced bytes lost", "unsynced bytes torn",
                                   "nothing lost"};
  return words[static_cast<int>(loss)];
}

std::string Node::content_after(Loss loss) const {
  if (loss == Loss::nothing) return content;
  std::string left = synced;
  if (loss != Loss::half) return left;
  std::uint64_t all = 0;
  for (const Record& record : pending) all += record.bytes.size();
  std::uint64_t kept = all / 2;
  for (const Record& record : pending) {
    const std::uint64_t bytes = std::min<std::uint64_t>(kept, record.bytes.size());
    if (bytes < record.bytes.size() && bytes == 0) break;
    change(left, record, bytes);
    kept -= bytes;
  }
  return left;
}

Disk::Disk(fs::path root) : root_(std::move(root)), top_(std::make_shared<Node>()) { top_->folder = true; }

std::shared_ptr<Node> Disk::at(const fs::path& path) const {
  auto node = top_;
  for (const auto& part : path.lexically_relative(root_)) {
    if (part == ".") continue;
    const auto found = node->names.find(part.string());
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

Node& Disk::folder_of(const fs::path& path) const {
  const auto folder = at(path.parent_path());
  if (folder == nullptr || !folder->folder)
    throw std::runtime_error("a record names an unknown folder: " + path.string());
  return *folder;
}

void Disk::apply(const Record& r) {
  if (r.injected) return;
  const fs::path path = r.path;
  const std::string name = path.filename();
  const auto key = std::pair(r.process, r.descriptor);
  switch (r.operation) {
    case Operation::create:
    case Operation::mkdir: {
      const auto node = std::make_shared<Node>();
      node->folder = r.operation == Operation::mkdir;
      folder_of(path).names[name] = node;
      if (!node->folder) opened_[key] = node;
      break;
    }
    case Operation::symlink: {
      const auto node = std::make_shared<Node>();
      node->target = r.other;
      folder_of(path).names[name] = node;
      break;
    }
    case Operation::open:
      if (const auto node = at(path)) opened_[key] = node;
      break;
    case Operation::close:
      opened_.erase(key);
      break;
    case Operation::write:
    case Operation::truncate: {
      Node& node = *opened_.at(key);
      change(node.content, r, r.bytes.size());
      node.pending.push_back(r);
      break;
    }
    case Operation::sync: {
      Node& node = *opened_.at(key);
      node.synced = node.content;
      node.synced_names = node.names;
      node.pending.clear();
      break;
    }
    case Operation::link:
      folder_of(r.other).names[fs::path(r.other).filename()] = at(path);
      break;
    case Operation::rename: {
      const auto node = at(path);
      folder_of(path).names.erase(name);
      folder_of(r.other).names[fs::path(r.other).filename()] = node;
      break;
    }
    case Operation::unlink:
    case Operation::rmdir:
      folder_of(path).names.erase(name);
      break;
  }
}

std::map<std::string, std::string> Disk::files_after(Loss loss) const {
  std::map<std::string, std::string> files;
  walk(*top_, loss, {}, [&](const fs::path& path, const Node& node) {
    files[path.string()] = node.folder ? "/" : !node.target.empty() ? "-> " + node.target : node.content_after(loss);
  });
  return files;
}

void Disk::materialize(Loss loss, const fs::path& to) const {
  std::map<const Node*, fs::path> made;
  walk(*top_, loss, to, [&](const fs::path& path, const Node& node) {
    if (node.folder) {
      fs::create_directory(path);
    } else if (!node.target.empty()) {
      fs::create_symlink(node.target, path);
    } else if (const auto known = made.find(&node); known != made.end()) {
      fs::create_hard_link(known->second, path);
    } else {
      std::ofstream(path, std::ios::binary) << node.content_after(loss);
      made[&node] = path;
    }
  });
}

}  // namespace genloss::powerloss

#include "orchestrator/run/sealed_results.hpp"

#include <algorithm>
#include <cstring>

#include "jobs/error.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto extension = ".results";

/// First line of a block: what it is of, and the digest of what follows.
std::string head_of(std::uint64_t items, const std::string& maker, const std::string& entries) {
  return "genloss results 1, of " + std::to_string(items) + " items by " + maker + ", " +
         storage::sha256_of(entries).text() + "\n";
}

/// False: it is not a block of this work.
bool read_block(const fs::path& file, std::uint64_t items, const std::string& maker, ItemResults& all) {
  const std::string text = storage::read_text(file);
  const std::string entries = text.substr(std::min(text.size(), text.find('\n') + 1));
  if (text != head_of(items, maker, entries) + entries) return false;
  take_results(entries, all);
  return true;
}

}  // namespace

void put_result(std::string& text, std::uint64_t item, const std::vector<std::byte>& result) {
  const std::uint64_t head[] = {item, result.size()};
  text.append(reinterpret_cast<const char*>(head), sizeof head);
  text.append(reinterpret_cast<const char*>(result.data()), result.size());
}

void take_results(std::string_view text, ItemResults& all) {
  std::uint64_t head[2] = {};
  while (text.size() >= sizeof head) {
    std::memcpy(head, text.data(), sizeof head);
    const auto* from = reinterpret_cast<const std::byte*>(text.data()) + sizeof head;
    all[head[0]].assign(from, from + head[1]);
    text.remove_prefix(sizeof head + head[1]);
  }
}

ItemResults read_sealed_results(const fs::path& folder, std::uint64_t items, const std::string& maker) {
  ItemResults all;
  if (!fs::exists(folder)) return all;
  storage::sweep_partials(folder);
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != extension) continue;
    if (!read_block(entry.path(), items, maker, all)) storage::remove_durably(entry.path());
  }
  return all;
}

void ResultBlocks::add(std::uint64_t item, const std::vector<std::byte>& result, double seconds) {
  put_result(open_, item, result);
  seconds_ += seconds;
  seal(block_seconds);
}

void ResultBlocks::seal(double least_seconds) {
  if (open_.empty() || seconds_ < least_seconds) return;
  const fs::path file = folder_ / (name_ + "-" + std::to_string(blocks_) + extension);
  storage::write_text_durably(file, head_of(items_, maker_, open_) + open_);
  ++blocks_;
  open_.clear();
  seconds_ = 0;
}

}  // namespace genloss::orchestrator

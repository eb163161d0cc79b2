#include "workers/measures/text/diversity.hpp"

#include <zlib.h>

#include <algorithm>
#include <unordered_set>

#include "jobs/error.hpp"
#include "workers/measures/text/words.hpp"

namespace genloss::workers {
namespace {

std::uint64_t deflated_size(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::vector<Bytef> out(size);
  constexpr int level = 6;
  if (compress2(out.data(), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(), level) != Z_OK) {
    throw Error(ExitCode::internal, "compress", std::to_string(text.size()) + " bytes", "zlib refused");
  }
  return size;
}

}  // namespace

std::vector<TextBlock> cut_blocks(std::span<const std::string> samples, std::uint64_t bytes, std::uint64_t block) {
  std::vector<TextBlock> blocks;
  TextBlock current;
  std::uint64_t filled = 0, left = bytes;
  for (const std::string& sample : samples) {
    for (std::string_view rest = sample; !rest.empty() && left > 0;) {
      const auto piece = rest.substr(0, std::min(block - filled, left));
      current.push_back(piece);
      rest.remove_prefix(piece.size());
      filled += piece.size();
      left -= piece.size();
      if (filled < block) continue;
      blocks.push_back(std::move(current));
      current.clear();
      filled = 0;
    }
  }
  if (blocks.empty() && filled > 0) blocks.push_back(std::move(current));
  return blocks;
}

GroupSums distinct_ngrams(std::span<const TextBlock> blocks, std::size_t n) {
  GroupSums sums(2);
  for (const auto& block : blocks) {
    std::unordered_set<std::string> seen;
    double total = 0;
    for (const auto piece : block) {
      const auto words = word_types(piece);
      for (std::size_t first = 0; first + n <= words.size(); ++first, ++total) {
        std::string ngram;
        for (std::size_t i = first; i < first + n; ++i) ngram += words[i] + ' ';
        seen.insert(std::move(ngram));
      }
    }
    const auto row = sums.add_group();
    row[0] = static_cast<double>(seen.size());
    row[1] = total;
  }
  return sums;
}

GroupSums compressed_bytes(std::span<const TextBlock> blocks) {
  GroupSums sums(2);
  for (const auto& block : blocks) {
    std::string text;
    for (const auto piece : block) text += piece;
    const auto row = sums.add_group();
    row[0] = static_cast<double>(text.size());
    row[1] = static_cast<double>(deflated_size(text));
  }
  return sums;
}

}  // namespace genloss::workers

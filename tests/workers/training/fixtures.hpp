#pragma once
// Small models and folders that vanish.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "workers/transformer/architecture.hpp"

namespace genloss::tests {

/// A GPT-2 and a grouped-query Llama, both tiny, with awkward sizes.
inline std::vector<workers::Architecture> small_architectures() {
  workers::Architecture gpt2;
  gpt2.layers = 2;
  gpt2.heads = gpt2.kv_heads = 3;
  gpt2.head_size = 8;
  gpt2.width = 24;
  gpt2.feed_forward = 52;
  gpt2.context = 20;
  gpt2.vocabulary = 37;
  workers::Architecture llama = gpt2;
  llama.positions = workers::Positions::rope;
  llama.norm = workers::Norm::rms;
  llama.feed_forward_kind = workers::FeedForward::swiglu;
  llama.biases = false;
  llama.tied_head = false;
  llama.heads = 4;
  llama.kv_heads = 2;
  llama.width = 32;
  llama.feed_forward = 44;
  return {gpt2, llama};
}

/// A folder of this process, gone at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "genloss-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace genloss::tests

#include <algorithm>
#include <ranges>
#include <set>

#include "jobs/error.hpp"
#include "workers/transformer/hugging_face.hpp"

namespace genloss::workers::hugging_face {
namespace {

constexpr std::string_view gpt2_prefix = "transformer.";

/// Our name of a tensor: old GPT-2 uploads leave out the prefix.
std::string full_name(const Architecture& a, const std::string& name) {
  if (!a.is_gpt2() || name.starts_with(gpt2_prefix) || name == "lm_head.weight") return name;
  return std::string(gpt2_prefix) + name;
}

/// Buffers of old files that hold nothing learned.
bool is_buffer(const std::string& name) {
  return (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") || name.ends_with("rotary_emb.inv_freq"));
}

bool is_copy_of_embedding(const storage::SafetensorsFile& file, const std::filesystem::path& path,
                          const Architecture& a, const storage::TensorView& head) {
  const std::string name = a.is_gpt2() ? "transformer.wte.weight" : "model.embed_tokens.weight";
  const storage::TensorView& table = find_tensor(file, path, a, name);
  return head.shape == table.shape && std::ranges::equal(head.bytes, table.bytes);
}

}  // namespace

const storage::TensorView& find_tensor(const storage::SafetensorsFile& file, const std::filesystem::path& path,
                                       const Architecture& architecture, const std::string& name) {
  const auto& tensors = file.tensors();
  if (const auto found = tensors.find(name); found != tensors.end()) return found->second;
  if (architecture.is_gpt2() && name.starts_with(gpt2_prefix)) {
    if (const auto found = tensors.find(name.substr(gpt2_prefix.size())); found != tensors.end()) return found->second;
  }
  throw Error(ExitCode::bad_data, "read weights", path.string(), "there is no tensor " + name,
              "config.json and model.safetensors have to describe the same model");
}

void refuse_other_tensors(const storage::SafetensorsFile& file, const std::filesystem::path& path,
                          const ParameterLayout& layout, const Architecture& architecture) {
  std::set<std::string> known;
  for (const ParameterInfo& p : layout.parameters()) known.insert(p.name);
  for (const auto& [name, tensor] : file.tensors()) {
    if (known.contains(full_name(architecture, name)) || is_buffer(name)) continue;
    if (name == "lm_head.weight") {
      if (is_copy_of_embedding(file, path, architecture, tensor)) continue;
      throw Error(ExitCode::bad_data, "read weights", path.string(),
                  "lm_head.weight differs from the embedding, but config.json says tie_word_embeddings",
                  "set tie_word_embeddings to false in config.json if the head is meant to be its own");
    }
    throw Error(ExitCode::bad_data, "read weights", path.string(), "unknown tensor " + name,
                "only GPT-2 and Llama forms without adapters or extra biases can be read");
  }
}

}  // namespace genloss::workers::hugging_face

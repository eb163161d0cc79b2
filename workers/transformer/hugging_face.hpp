#pragma once
// What Hugging Face's GPT2LMHeadModel and LlamaForCausalLM call things: config.json and tensor names.

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "storage/tensors/safetensors.hpp"
#include "workers/transformer/architecture.hpp"

namespace genloss::workers::hugging_face {

/// @throws Error(bad_data) naming the key that asks for what this program does not compute (rope scaling, sliding
/// windows, quantisation, other activations); unknown keys are ignored
[[nodiscard]] Architecture read_config(const std::filesystem::path& path);
/// What transformers (4 and 5) and vLLM need to load the weights that Weights::save writes.
[[nodiscard]] nlohmann::ordered_json config(const Architecture& architecture, int end_token);

/// The tensor of our parameter `name`; GPT-2 files may leave out "transformer.". @throws Error(bad_data)
[[nodiscard]] const storage::TensorView& find_tensor(const storage::SafetensorsFile& file,
                                                     const std::filesystem::path& path,
                                                     const Architecture& architecture, const std::string& name);
/// Every tensor of a file has to be used, or known to be a buffer without information (masks, rotary tables, a copy of
/// a tied head). @throws Error(bad_data) naming the first that is not
void refuse_other_tensors(const storage::SafetensorsFile& file, const std::filesystem::path& path,
                          const ParameterLayout& layout, const Architecture& architecture);

}  // namespace genloss::workers::hugging_face

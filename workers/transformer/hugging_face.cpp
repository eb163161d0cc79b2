#include "workers/transformer/hugging_face.hpp"

#include <initializer_list>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/json.hpp"

namespace genloss::workers::hugging_face {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// A config.json, read with messages that name file and key.
class Config {
 public:
  explicit Config(const std::filesystem::path& path) : path_(path) {
    document_ = storage::parse_json_file(path, storage::foreign_limits);
    if (!document_.is_object()) fail("not a JSON object");
  }

  [[nodiscard]] bool has(const char* key) const { return document_.contains(key) && !document_.at(key).is_null(); }
  template <class T>
  [[nodiscard]] T get(const char* key) const {
    if (!has(key)) fail(std::string("key ") + key + " is missing");
    try {
      return document_.at(key).get<T>();
    } catch (const json::exception&) {
      fail(std::string("key ") + key + " has the wrong type");
    }
  }
  template <class T>
  [[nodiscard]] T get(const char* key, T fallback) const {
    return has(key) ? get<T>(key) : fallback;
  }
  [[nodiscard]] int size(const char* key) const {
    const auto value = get<std::int64_t>(key);
    if (value < 1 || value > (1 << 28)) fail(std::string("key ") + key + " is out of range");
    return static_cast<int>(value);
  }
  [[nodiscard]] int size(const char* key, int fallback) const { return has(key) ? size(key) : fallback; }

  /// The key must be absent, null, or equal to `only`.
  template <class T>
  void require(const char* key, const T& only) const {
    if (has(key) && document_.at(key) != json(only))
      fail(std::string("cannot honour ") + key + " = " + document_.at(key).dump());
  }
  void refuse(const char* key) const {
    if (has(key)) fail(std::string("cannot honour ") + key);
  }
  [[nodiscard]] const json& at(const char* key) const { return document_.at(key); }
  [[noreturn]] void fail(const std::string& cause) const {
    throw Error(ExitCode::bad_data, "read model configuration", path_.string(), cause,
                "models in the form of GPT2LMHeadModel and LlamaForCausalLM can be read");
  }

 private:
  std::filesystem::path path_;
  json document_;
};

Architecture read_gpt2(const Config& c) {
  const auto activation = c.get<std::string>("activation_function", "gelu_new");
  if (activation != "gelu_new" && activation != "gelu_pytorch_tanh") {
    c.fail("cannot honour activation_function = " + activation);
  }
  for (const char* key : {"add_cross_attention", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn"}) {
    c.require(key, false);
  }
  c.require("scale_attn_weights", true);
  Architecture a;
  a.vocabulary = c.size("vocab_size");
  a.context = c.size("n_positions");
  a.width = c.size("n_embd");
  a.layers = c.size("n_layer");
  a.heads = a.kv_heads = c.size("n_head");
  a.feed_forward = c.size("n_inner", 4 * a.width);
  a.norm_epsilon = c.get<double>("layer_norm_epsilon", 1e-5);
  a.tied_head = c.get<bool>("tie_word_embeddings", true);
  if (a.width % a.heads != 0) c.fail("n_embd is not a multiple of n_head");
  a.head_size = a.width / a.heads;
  return a;
}

/// Both the old "rope_theta" / "rope_scaling" and transformers 5's "rope_parameters".
double read_rope_theta(const Config& c) {
  c.refuse("rope_scaling");
  c.require("partial_rotary_factor", 1.0);
  const auto theta = c.get<double>("rope_theta", 10000.0);
  if (!c.has("rope_parameters")) return theta;
  const json& rope = c.at("rope_parameters");
  if (!rope.is_object()) c.fail("rope_parameters is not an object");
  for (const auto& [key, value] : rope.items()) {
    const bool plain = key == "rope_theta" || (key == "rope_type" && value == "default") ||
                       (key == "partial_rotary_factor" && value == 1.0);
    if (!plain) c.fail("cannot honour rope_parameters." + key + " = " + value.dump());
  }
  if (!rope.contains("rope_theta")) return theta;
  if (!rope.at("rope_theta").is_number()) c.fail("rope_parameters.rope_theta is not a number");
  return rope.at("rope_theta").get<double>();
}

Architecture read_llama(const Config& c) {
  c.require("hidden_act", "silu");
  c.require("attention_bias", false);
  c.require("mlp_bias", false);
  c.refuse("sliding_window");
  Architecture a;
  a.positions = Positions::rope;
  a.norm = Norm::rms;
  a.feed_forward_kind = FeedForward::swiglu;
  a.biases = false;
  a.vocabulary = c.size("vocab_size");
  a.context = c.size("max_position_embeddings");
  a.width = c.size("hidden_size");
  a.layers = c.size("num_hidden_layers");
  a.heads = c.size("num_attention_heads");
  a.kv_heads = c.size("num_key_value_heads", a.heads);
  a.head_size = c.size("head_dim", a.width / a.heads);
  a.feed_forward = c.size("intermediate_size");
  a.norm_epsilon = c.get<double>("rms_norm_eps", 1e-6);
  a.rope_theta = read_rope_theta(c);
  a.tied_head = c.get<bool>("tie_word_embeddings", false);
  if (a.heads % a.kv_heads != 0) c.fail("num_attention_heads is not a multiple of num_key_value_heads");
  if (a.head_size < 2 || a.head_size % 2 != 0) c.fail("head_dim is not even");
  return a;
}

ordered_json gpt2_config(const Architecture& a) {
  return {{"architectures", json::array({"GPT2LMHeadModel"})},
          {"model_type", "gpt2"},
          {"vocab_size", a.vocabulary},
          {"n_positions", a.context},
          {"n_embd", a.width},
          {"n_layer", a.layers},
          {"n_head", a.heads},
          {"n_inner", a.feed_forward},
          {"activation_function", "gelu_new"},
          {"layer_norm_epsilon", a.norm_epsilon},
          {"resid_pdrop", 0.0},
          {"embd_pdrop", 0.0},
          {"attn_pdrop", 0.0},
          {"scale_attn_weights", true}};
}

ordered_json llama_config(const Architecture& a) {
  return {{"architectures", json::array({"LlamaForCausalLM"})},
          {"model_type", "llama"},
          {"vocab_size", a.vocabulary},
          {"hidden_size", a.width},
          {"intermediate_size", a.feed_forward},
          {"num_hidden_layers", a.layers},
          {"num_attention_heads", a.heads},
          {"num_key_value_heads", a.kv_heads},
          {"head_dim", a.head_size},
          {"hidden_act", "silu"},
          {"max_position_embeddings", a.context},
          {"rms_norm_eps", a.norm_epsilon},
          {"rope_theta", a.rope_theta},
          {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", a.rope_theta}}},
          {"attention_bias", false},
          {"mlp_bias", false}};
}

}  // namespace

Architecture read_config(const std::filesystem::path& path) {
  const Config config(path);
  config.refuse("quantization_config");
  const auto type = config.get<std::string>("model_type");
  if (type == "gpt2") return read_gpt2(config);
  if (type == "llama") return read_llama(config);
  config.fail("cannot read a model of type " + type);
}

ordered_json config(const Architecture& a, int end_token) {
  ordered_json out = a.is_gpt2() ? gpt2_config(a) : llama_config(a);
  out["tie_word_embeddings"] = a.tied_head;  // explicit: defaults differ between models and versions
  out["bos_token_id"] = end_token;
  out["eos_token_id"] = end_token;
  out["torch_dtype"] = "float32";
  return out;
}

}  // namespace genloss::workers::hugging_face

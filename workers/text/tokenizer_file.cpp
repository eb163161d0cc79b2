// tokenizer.json and tokenizer_config.json, as Hugging Face's `tokenizers` and `transformers` write them.

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/json.hpp"
#include "workers/text/bpe/byte_alphabet.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// Where a document ends with a token that is neither special nor byte 0.
constexpr auto end_key = "end_of_document_id";

Json byte_level(bool add_prefix_space, bool trim_offsets) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", trim_offsets},
          {"use_regex", true}};
}

Json to_json(const BpeModel& of) {
  const auto name = [&](std::int32_t id) { return printable(of.tokens[static_cast<std::size_t>(id)]); };
  // Byte 0 is not declared special: that would make the letter U+0100 of a text end a document. The end-of-document id
  // stands in the model's config.json.
  Json added = Json::array(), vocabulary = Json::object(), merges = Json::array();
  std::map<std::int32_t, std::string> special;
  for (const auto& [id, content] : of.specials) {
    special[id] = content;
    added.push_back({{"id", id},
                     {"content", content},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(of.tokens.size()); ++id) {
    const auto found = special.find(id);
    vocabulary[found == special.end() ? name(id) : found->second] = id;
  }
  for (const auto& [left, right, result] : of.merges) merges.push_back({name(left), name(right)});
  Json model{{"type", "BPE"},
             {"dropout", nullptr},
             {"unk_token", nullptr},
             {"continuing_subword_prefix", nullptr},
             {"end_of_word_suffix", nullptr},
             {"fuse_unk", false},
             {"byte_fallback", false},
             {"ignore_merges", false},
             {"vocab", std::move(vocabulary)},
             {"merges", std::move(merges)}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", std::move(added)},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level(false, true)},
          {"post_processor", byte_level(true, false)},
          {"decoder", byte_level(true, true)},
          {"model", std::move(model)}};
}

/// Reads one tokenizer.json; every complaint names the file.
class Reader {
 public:
  explicit Reader(fs::path file) : file_(std::move(file)) {}

  [[nodiscard]] BpeModel read() const {
    try {
      const auto json = storage::parse_json_file<Json>(file_, storage::foreign_limits);
      must_be_ours(json);
      return model(json);
    } catch (const Json::exception& e) {
      refuse(e.what());
    }
  }
  [[noreturn]] void refuse(const std::string& cause) const {
    throw Error(ExitCode::bad_data, "read tokenizer", file_.string(), cause,
                "only byte-level BPE with GPT-2's rule for words is supported");
  }

 private:
  /// What would make other tokens of a text than we do.
  void must_be_ours(const Json& json) const {
    const Json& model = json.at("model");
    if (model.value("type", "BPE") != "BPE") refuse("its model is " + model.at("type").dump() + ", not BPE");
    const auto off = [](const Json& where, const char* key) {
      const auto it = where.find(key);
      return it == where.end() || it->is_null() || *it == false || *it == 0 ||
             (it->is_string() && it->get_ref<const std::string&>().empty());
    };
    if (!off(json, "normalizer")) refuse("it has a normalizer");
    for (const char* key :
         {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"}) {
      if (!off(model, key)) refuse(std::string("it asks for ") + key);
    }
    const Json& words = json.at("pre_tokenizer");
    if (words.is_null() || words.value("type", "") != "ByteLevel" || !words.value("use_regex", true) ||
        words.value("add_prefix_space", true)) {
      refuse("its pre_tokenizer is not ByteLevel with use_regex and without add_prefix_space");
    }
  }

  [[nodiscard]] BpeModel model(const Json& json) const {
    const Json& vocabulary = json.at("model").at("vocab");
    const Json added = json.value("added_tokens", Json::array());
    std::map<std::string, std::int32_t> ids;
    std::map<std::int32_t, std::string> special, names;
    for (const Json& token : added) special[token.at("id")] = token.at("content").get<std::string>();
    for (const auto& [name, id] : vocabulary.items()) {
      if (!id.is_number_integer()) refuse("the id of '" + name + "' is no whole number");
      ids[name] = id;
      names[id] = name;
    }
    for (const auto& [id, name] : special) names[id] = name;
    BpeModel read;
    read.tokens.resize(names.size());
    for (const auto& [id, name] : names) {
      if (id < 0 || static_cast<std::size_t>(id) >= names.size()) refuse("its ids are not 0, 1, 2, ... without gaps");
      if (const auto found = special.find(id); found != special.end()) {
        read.specials.push_back({id, found->second});
        continue;
      }
      const auto bytes = bytes_of_printable(name);
      if (!bytes || bytes->empty()) refuse("token '" + name + "' is not written in the byte alphabet");
      read.tokens[static_cast<std::size_t>(id)] = *bytes;
    }
    for (const Json& merge : json.at("model").at("merges")) read.merges.push_back(this->merge(merge, ids));
    return read;
  }

  /// ["a", "b"], in older files "a b".
  [[nodiscard]] Merge merge(const Json& merge, const std::map<std::string, std::int32_t>& ids) const {
    std::string left, right;
    if (merge.is_array()) {
      left = merge.at(0).get<std::string>();
      right = merge.at(1).get<std::string>();
    } else {
      const auto text = merge.get<std::string>();
      const auto blank = text.find(' ');
      left = text.substr(0, blank);
      right = blank == std::string::npos ? "" : text.substr(blank + 1);
    }
    const auto id = [&](const std::string& name) {
      const auto found = ids.find(name);
      if (found == ids.end()) refuse("merge " + merge.dump() + " names '" + name + "', which is no token");
      return found->second;
    };
    return {id(left), id(right), id(left + right)};
  }

  fs::path file_;
};

Json read_if_there(const fs::path& file) {
  if (!fs::exists(file)) return Json::object();
  return storage::parse_json_file<Json>(file, storage::foreign_limits);
}

std::int32_t end_of(const BpeModel& model, const fs::path& directory, const Reader& reader) {
  const Json model_config = read_if_there(directory / "config.json");
  if (model_config.contains("eos_token_id") && model_config["eos_token_id"].is_number_integer()) {
    return model_config["eos_token_id"];
  }
  const Json config = read_if_there(directory / "tokenizer_config.json");
  if (config.contains(end_key)) return config[end_key];
  if (config.contains("eos_token") && !config["eos_token"].is_null()) {
    const Json& end = config["eos_token"];
    const std::string name = end.is_object() ? end.value("content", "") : end.is_string() ? end.get<std::string>() : "";
    for (const auto& special : model.specials) {
      if (special.name == name) return special.id;
    }
    reader.refuse("the end-of-document token '" + name + "' is not among its special tokens");
  }
  const auto nul = std::find(model.tokens.begin(), model.tokens.end(), std::string(1, '\0'));
  if (nul == model.tokens.end()) reader.refuse("no token stands for byte 0");
  return static_cast<std::int32_t>(nul - model.tokens.begin());
}

}  // namespace

Tokenizer Tokenizer::load(const fs::path& directory) {
  const Reader reader(directory / "tokenizer.json");
  BpeModel model = reader.read();
  const std::int32_t end = end_of(model, directory, reader);
  return Tokenizer(std::move(model), end);
}

void Tokenizer::save(const fs::path& directory, int context) const {
  Json config{{"tokenizer_class", "PreTrainedTokenizerFast"},
              {"clean_up_tokenization_spaces", false},
              {"model_max_length", context}};
  const auto& specials = model().specials;
  const auto special =
      std::find_if(specials.begin(), specials.end(), [&](const auto& s) { return s.id == end_of_document(); });
  if (special != specials.end()) {
    config["eos_token"] = special->name;
  } else if (bytes_of(end_of_document()) != std::string_view("\0", 1)) {
    config[end_key] = end_of_document();
  }
  storage::write_text_durably(directory / "tokenizer.json", to_json(model()).dump(2) + "\n");
  storage::write_text_durably(directory / "tokenizer_config.json", config.dump(2) + "\n");
}

}  // namespace genloss::workers

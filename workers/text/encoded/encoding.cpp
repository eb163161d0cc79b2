#include "workers/text/encoded/encoding.hpp"

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "workers/text/encoded/token_file.hpp"

namespace genloss::workers {
namespace fs = std::filesystem;
namespace {

constexpr auto schema = "genloss human tokens", name = "encoding.json";
constexpr int list_version = 1;

storage::Digest digest_of(const storage::Digest& tokenizer, const std::vector<EncodedPart>& parts) {
  storage::Sha256 hash;
  hash.text(schema).digest(tokenizer).number(parts.size());
  for (const EncodedPart& part : parts) hash.text(part.file).digest(part.content);
  return hash.finish();
}

/// Whether a list is there already, and is this one.
bool says(const fs::path& list, const nlohmann::ordered_json& body) {
  if (!fs::exists(list)) return false;
  try {
    nlohmann::json there = storage::read_json(list, schema, list_version);
    there.erase("schema");
    there.erase("version");
    return there == nlohmann::json(body);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

storage::Digest write_encoding(const fs::path& directory, const storage::Digest& tokenizer,
                               const std::vector<EncodedPart>& parts) {
  const storage::Digest digest = digest_of(tokenizer, parts);
  nlohmann::ordered_json body{{"digest", digest.text()}, {"tokenizer", tokenizer.text()}};
  auto& files = body["files"] = nlohmann::ordered_json::array();
  for (const EncodedPart& part : parts) {
    files.push_back(
        {{"file", part.file}, {"documents", part.documents}, {"tokens", part.tokens}, {"digest", part.content.text()}});
  }
  if (!says(directory / name, body))
    storage::write_json_durably(directory / name, schema, list_version, std::move(body));
  return digest;
}

storage::Digest check_encoding(const fs::path& directory) {
  const fs::path list = directory / name;
  const nlohmann::json body = storage::read_json(list, schema, list_version);
  try {
    std::vector<EncodedPart> parts;
    for (const auto& file : body.at("files")) {
      const fs::path part = directory / file.at("file").get<std::string>();
      parts.push_back({part.filename(), file.at("documents"), file.at("tokens"), checked_token_file(part)});
      if (parts.back().content == storage::Digest::parse(file.at("digest").get<std::string>())) continue;
      throw Error(ExitCode::bad_data, "read encoded text", part.string(), "it is another file than it was");
    }
    return digest_of(storage::Digest::parse(body.at("tokenizer").get<std::string>()), parts);
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read encoded text", list.string(), e.what());
  }
}

std::vector<std::string> encoded_files(const fs::path& directory) {
  const fs::path list = directory / name;
  try {
    std::vector<std::string> files;
    const nlohmann::json body = storage::read_json(list, schema, list_version);
    for (const auto& file : body.at("files")) files.push_back(file.at("file"));
    return files;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read encoded text", list.string(), e.what());
  }
}

}  // namespace genloss::workers

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

}  // namespace genloss::workers

#include "orchestrator/report/human_verification.hpp"

#include <filesystem>
#include <vector>

#include "jobs/error.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"
#include "storage/human/human_data.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

using storage::Digest;
using storage::HumanSplit;

/// Where a document's file lies: the source is that file itself, or the folder it is in.
fs::path file_of(const fs::path& source, const std::string& name) {
  return fs::is_directory(source) ? source / name : source.parent_path() / name;
}

/// Compares one document with the bytes it was; fills `finding` if they differ.
void check_document(const nlohmann::json& document, const fs::path& source, Finding& finding) {
  const fs::path file = file_of(source, document.at("file").get<std::string>());
  const auto fault = [&](Verdict verdict, const std::string& cause) {
    finding.verdict = verdict;
    finding.file = file.string();
    finding.cause = cause;
  };
  if (!fs::exists(file)) return fault(Verdict::missing, "no such file");
  const storage::MappedFile map(file);
  const auto offset = document.at("offset").get<std::uint64_t>(), length = document.at("length").get<std::uint64_t>();
  if (offset > map.text().size() || length > map.text().size() - offset)
    return fault(Verdict::damaged, "it is shorter than it was");
  const Digest expected = Digest::parse(document.at("content").get<std::string>());
  if (storage::Sha256().bytes(map.bytes().subspan(offset, length)).finish() != expected) {
    fault(Verdict::damaged, "the text at byte " + std::to_string(offset) + " has changed");
  }
}

Finding check_split(HumanSplit split, const nlohmann::json& body) {
  const std::string name(storage::name_of(split));
  Finding finding{
      "human " + name, Digest::parse(body.at("splits").at(name).at("digest").get<std::string>()), Verdict::ok, {}, {}};
  const fs::path source = body.at("source").get<std::string>();
  std::vector<Digest> contents;
  for (const auto& document : body.at("documents")) {
    if (document.at("split") != name) continue;
    contents.push_back(Digest::parse(document.at("content").get<std::string>()));
    if (finding.verdict == Verdict::ok) check_document(document, source, finding);
  }
  if (finding.verdict == Verdict::ok && storage::digest_of_split(split, contents) != *finding.digest) {
    finding.verdict = Verdict::damaged;
    finding.file = "human.json";
    finding.cause = "the split's digest does not fit its documents";
  }
  return finding;
}

}  // namespace

std::map<std::string, Digest> verify_human(const RunPaths& run, const std::function<void(const Finding&)>& tell) {
  std::map<std::string, Digest> digests;
  if (!fs::exists(run.human())) return digests;
  try {
    const auto body = storage::read_json(run.human(), human_schema, human_version);
    for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test}) {
      const Finding finding = check_split(split, body);
      tell(finding);
      digests[std::string(storage::name_of(split))] = *finding.digest;
    }
  } catch (const Error& error) {
    tell({"human data", std::nullopt, Verdict::damaged, run.human().string(), error.cause()});
  } catch (const nlohmann::json::exception& error) {
    tell({"human data", std::nullopt, Verdict::damaged, run.human().string(), error.what()});
  }
  return digests;
}

}  // namespace genloss::orchestrator

#include "orchestrator/report/tokenizer_verification.hpp"

#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/directory/tokenizer_manifest.hpp"
#include "storage/files/durable.hpp"
#include "workers/text/encoded/encoding.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::orchestrator {
namespace {

using storage::Digest;

/// The digest that the journal notes for an event.
std::optional<Digest> noted(const std::vector<nlohmann::json>& journal, const std::string& chain,
                            std::string_view event) {
  std::optional<Digest> digest;
  for (const auto& line : journal) {
    if (line.value("chain", "") != chain) continue;
    if (line.value("event", "") == event) digest = Digest::parse(line.at("digest").get<std::string>());
  }
  return digest;
}

/// Compares what `read` finds with what the journal noted.
void check(const std::string& artefact, const std::filesystem::path& file, const Digest& expected,
           const std::function<Digest()>& read, const std::function<void(const Finding&)>& tell) {
  Finding finding{artefact, expected, Verdict::ok, {}, {}};
  try {
    const Digest found = read();
    if (found != expected) {
      finding.verdict = Verdict::damaged;
      finding.file = file.string();
      finding.cause = "it is " + found.text() + ", expected " + expected.text();
    }
  } catch (const Error& error) {
    finding.verdict = std::filesystem::exists(error.object()) ? Verdict::damaged : Verdict::missing;
    finding.file = error.object();
    finding.cause = error.cause();
  }
  tell(finding);
}

}  // namespace

std::optional<Digest> verify_tokenizer(const RunPaths& run, const std::vector<nlohmann::json>& journal,
                                       const std::function<void(const Finding&)>& tell) {
  const auto tokenizer = noted(journal, run.chain, "tokenizer"), tokens = noted(journal, run.chain, "tokens");
  if (!tokenizer) return tokenizer;
  check(
      "tokenizer", run.tokenizer() / "tokenizer.json", *tokenizer,
      [&] {
        const Digest sealed = read_tokenizer_manifest(run.tokenizer()).tokenizer;
        const Digest read = workers::Tokenizer::load(run.tokenizer()).digest();
        return read == *tokenizer ? sealed : read;
      },
      tell);
  if (tokens) {
    check(
        "human tokens", run.encoding(), *tokens, [&] { return workers::check_encoding(run.tokens()); }, tell);
  }
  return tokenizer;
}

}  // namespace genloss::orchestrator

// Before generation 0: the tokenizer is learned and sealed, and human text is encoded.

#include <exception>
#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/tokenizer_manifest.hpp"
#include "orchestrator/run/coordinator.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

void Coordinator::note_made(std::string_view event, const storage::Digest& digest) {
  on_root("note the tokenizer", [&] {
    for (const auto& line : context_.journal->entries()) {
      if (line.value("event", "") != event) continue;
      if (line.value("digest", "") == digest.text()) return std::string();
      throw Error(ExitCode::bad_data, "resume", context_.paths.root.string(),
                  "the " + std::string(event) + " of this run were " + line.value("digest", "") + ", and are now " +
                      digest.text(),
                  "`genloss verify` shows what has changed");
    }
    context_.journal->append({{"event", event}, {"digest", digest.text()}, {"time", utc_now()}});
    return std::string();
  });
}

void Coordinator::tokenize() {
  workers::Tokenizing* text = context_.family.tokenizing();
  if (text == nullptr) return;
  const fs::path directory = context_.paths.tokenizer();
  context_.console.begin("tokenizer");
  const std::string found = on_root("look for the tokenizer", [&]() -> std::string {
    if (!fs::exists(context_.paths.tokenizer_manifest())) return {};
    if (read_tokenizer_manifest(directory).recipe != text->recipe()) {
      throw Error(ExitCode::bad_data, "resume", context_.paths.tokenizer_manifest().string(),
                  "this tokenizer was made by another recipe than this study's",
                  "`genloss verify` shows what has changed");
    }
    return "there already";
  });
  if (found.empty()) {
    text->learn(context_.ranks);
    on_root("write the tokenizer", [&] {
      const fs::path partial = storage::partial_path(directory, context_.attempt);
      fs::create_directories(partial);
      text->save(partial);
      write_tokenizer_manifest(partial, {text->recipe(), text->digest()});
      storage::remove_directory(directory);  // unsealed left-overs, if any
      storage::commit_directory(partial, directory);
      fault_point("TOKENIZER:sealed");
      return std::string();
    });
  }
  // What is used is what lies on disk, on every rank.
  std::exception_ptr error;
  try {
    text->open(directory);
    const storage::Digest sealed = read_tokenizer_manifest(directory).tokenizer;
    if (text->digest() != sealed) {
      throw Error(ExitCode::bad_data, "read tokenizer", (directory / "tokenizer.json").string(),
                  "it is " + text->digest().text() + ", and was " + sealed.text() + " when it was made",
                  "remove the tokenizer folder: the same one is then made again");
    }
  } catch (...) {
    error = std::current_exception();
  }
  context_.ranks.agree_on_errors(error, "read the tokenizer");
  note_made("tokenizer", text->digest());
  fault_point("TOKENIZER");
  encode();
  context_.console.end(text->description() + (found.empty() ? "" : ", " + found));
}

void Coordinator::encode() {
  on_root("clear half-written tokens", [&] {
    if (fs::exists(context_.paths.tokens())) storage::sweep_partials(context_.paths.tokens());
    return std::string();
  });
  const auto told = [](std::uint64_t part) { fault_point("TOKENS:part-" + std::to_string(part)); };
  const auto digest = context_.family.tokenizing()->encode(context_.ranks, distribute(), context_.paths.tokens(), told);
  if (digest) note_made("tokens", *digest);
  fault_point("TOKENS:sealed");
  std::exception_ptr error;
  try {
    check_mixes(context_.spec, context_.family);
  } catch (...) {
    error = std::current_exception();
  }
  context_.ranks.agree_on_errors(error, "the study");
}

}  // namespace genloss::orchestrator

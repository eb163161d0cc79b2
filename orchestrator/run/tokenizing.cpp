// Before generation 0: the tokenizer is learned and sealed, and human text is encoded.

#include <exception>
#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/directory/tokenizer_manifest.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/run/maker.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

ItemEnd Maker::tokenizer() {
  workers::Tokenizing* text = context_.family.tokenizing();
  if (text == nullptr) return {};
  const storage::Digest recipe = text->recipe();
  const fs::path sealed = context_.store.sealed("tokenizer", recipe);
  context_.console.begin(where_ + "tokenizer");
  const Place place = look_for("tokenizer", recipe, [](const RunPaths& view) { return view.tokenizer(); });
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  if (place.found.empty()) {
    const double begin = context_.budget.now();
    text->learn(context_.ranks);
    const MadeBy made = made_by(place.work, begin);
    on_root("write the tokenizer", [&] {
      const fs::path finished = place.work / "finished";
      storage::remove_directory(finished);
      storage::create_directories_durably(finished);
      text->save(finished);
      write_made_by(RunPaths::made_by(finished), made);
      write_tokenizer_manifest(finished, {text->recipe(), text->digest(), {}});
      context_.store.seal(finished, "tokenizer", recipe,
                          [](const fs::path& tokenizer) { return read_tokenizer_manifest(tokenizer).tokenizer; });
      fault_point("TOKENIZER:sealed");
      return std::string();
    });
  }
  on_root("show the tokenizer", [&] {
    link([](const RunPaths& view) { return view.tokenizer(); }, sealed);
    return std::string();
  });
  open_tokenizer();
  fault_point("TOKENIZER");
  context_.console.end(text->description() + (place.found.empty() ? "" : ", " + place.found));
  return {ItemEnd::Kind::done, text->digest()};
}

void Maker::open_tokenizer() {
  // What is used is what lies on disk, on every rank.
  context_.ranks.together("read the tokenizer", [&] {
    workers::Tokenizing& text = *context_.family.tokenizing();
    const fs::path directory = context_.store.sealed("tokenizer", text.recipe());
    text.open(directory);
    const storage::Digest sealed = read_tokenizer_manifest(directory).tokenizer;
    if (text.digest() != sealed) {
      throw Error(ExitCode::bad_data, "read tokenizer", (directory / "tokenizer.json").string(),
                  "it is " + text.digest().text() + ", and was " + sealed.text() + " when it was made",
                  "remove the tokenizer folder: the same one is then made again");
    }
  });
}

ItemEnd Maker::tokens() {
  workers::Tokenizing* text = context_.family.tokenizing();
  if (text == nullptr) return {};
  if (!text_is_open_) open_tokenizer();
  const storage::Digest recipe = tokens_recipe(context_.family);
  const fs::path place = context_.store.sealed("tokens", recipe);
  on_root("clear half-written tokens", [&] {
    if (fs::exists(place)) storage::sweep_partials(place);
    return std::string();
  });
  const double begin = context_.budget.now();
  const auto told = [](std::uint64_t part) { fault_point("TOKENS:part-" + std::to_string(part)); };
  const auto digest = text->encode(context_.ranks, distribute(), place, told);
  const MadeBy made = made_by(place, begin);
  on_root("show the tokens", [&] {
    if (const fs::path file = RunPaths::made_by(place); digest && !fs::exists(file)) write_made_by(file, made);
    if (digest) link([](const RunPaths& view) { return view.tokens(); }, place);
    fault_point("TOKENS:sealed");
    return std::string();
  });
  text_is_open_ = true;
  context_.ranks.together("the study", [&] { check_mixes(context_.spec, context_.family); });
  return {ItemEnd::Kind::done, digest.value_or(storage::Digest{})};
}

void Maker::open_text() {
  if (text_is_open_ || context_.family.tokenizing() == nullptr) return;
  open_tokenizer();
  const fs::path place = context_.store.sealed("tokens", tokens_recipe(context_.family));
  (void)context_.family.tokenizing()->encode(context_.ranks, distribute(), place, [](std::uint64_t) {});
  context_.ranks.together("the study", [&] { check_mixes(context_.spec, context_.family); });
  text_is_open_ = true;
}

}  // namespace genloss::orchestrator

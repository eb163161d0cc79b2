#include "orchestrator/run/human_texts.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "storage/files/durable.hpp"
#include "storage/human/human_files.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto kind = "human";

/// Of all files in a folder of the store.
storage::Digest digest_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  storage::TextDigest digest;
  for (const fs::path& file : files) digest.add(file.filename().string(), storage::MappedFile(file));
  return digest.finish();
}

void copy_into(const fs::path& finished, const fs::path& source, const storage::HumanData& text,
               const storage::Digest& digest) {
  storage::remove_directory(finished);
  text.copy_files(finished);
  if (digest_of(finished) == digest) return;
  throw Error(ExitCode::bad_data, "copy human text", source.string(), "it changes while it is read",
              "run the same command again when it is complete");
}

/// Root: the folder with the copy.
fs::path copied(const fs::path& source, const storage::HumanData& text, const storage::Digest& digest,
                const Store& store, Claims& claims) {
  const fs::path place = store.sealed(kind, digest);
  for (;;) {
    if (store.has(kind, digest)) {
      if (digest_of(place) == digest) return place;
      storage::remove_directory(place);  // damaged, and at hand
    }
    const auto claim = claims.take(kind, digest);
    if (!claim) {  // another job copies it
      beat("wait for a copy of human text");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      continue;
    }
    if (!store.has(kind, digest)) {
      const fs::path finished = claim->work() / "finished";
      copy_into(finished, source, text, digest);
      store.seal(finished, kind, digest, digest_of);
    }
    claim->fulfil();
  }
}

}  // namespace

HumanTexts::HumanTexts(comms::Communicator& ranks, const std::vector<const jobs::StudySpec*>& specs, const Store& store,
                       Claims* claims) {
  for (const jobs::StudySpec* spec : specs) {
    const fs::path& source = spec->data.source;
    if (!workers::family_type(*spec).reads_text || copies_.count(source.string()) > 0) continue;
    std::string digest, file;
    ranks.on_root("copy human text", [&] {
      const auto text = storage::HumanData::import(source, workers::import_rules(*spec));
      const storage::Digest found = text.files_digest();
      (void)copied(source, text, found, store, *claims);
      digest = found.text();
      if (!fs::is_directory(source)) file = source.filename().string();
    });
    const auto known = storage::Digest::parse(ranks.broadcast_text(digest, 0, "digest of human text"));
    const fs::path folder = store.sealed(kind, known);
    file = ranks.broadcast_text(file, 0, "name of human text");
    copies_[source.string()] = {folder, file.empty() ? folder : folder / file, known};
  }
}

std::optional<storage::HumanData> HumanTexts::open(comms::Communicator& ranks, const jobs::StudySpec& spec) const {
  if (!workers::family_type(spec).reads_text) return std::nullopt;
  const Copy& copy = copies_.at(spec.data.source.string());
  const storage::ImportRules rules = workers::import_rules(spec);
  std::optional<storage::HumanData> human;
  std::string table;
  ranks.on_root("read human text", [&] {
    human = storage::HumanData::import(copy.source, rules, spec.data.source);
    if (human->files_digest() != copy.digest) {
      throw Error(ExitCode::input_output, "read human text", copy.folder.string(), "it is not what was copied there",
                  "run the same command again: it is then copied anew from data.source");
    }
    table = human->table();
  });
  table = ranks.broadcast_text(std::move(table), 0, "human documents");
  ranks.together("map human text", [&] {
    if (!ranks.is_root()) human = storage::HumanData::open(copy.source, rules, spec.data.source, table);
  });
  return human;
}

fs::path HumanTexts::folder(const jobs::StudySpec& spec) const {
  const auto found = copies_.find(spec.data.source.string());
  return found == copies_.end() ? fs::path() : found->second.folder;
}

}  // namespace genloss::orchestrator

#include "storage/human/human_data.hpp"

#include <numeric>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/human/human_files.hpp"
#include "storage/human/human_split.hpp"
#include "storage/human/human_state.hpp"

namespace genloss::storage {

namespace {

std::vector<Document> documents_of(const HumanFile& file, const ImportRules& rules) {
  const std::string_view text = file.map.text().substr(file.begin);
  auto pieces = cut_paragraphs(text, rules.by_paragraphs ? rules.document_bytes : text.size());
  std::vector<Document> documents;
  for (const auto& [offset, length] : pieces) {
    Document document;
    document.file = file.name;
    document.offset = file.begin + offset;
    document.length = length;
    document.content = sha256_of(file.map.text().substr(document.offset, document.length));
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace

std::string_view name_of(HumanSplit split) noexcept {
  switch (split) {
    case HumanSplit::train:
      return "train";
    case HumanSplit::held_out:
      return "held_out";
    case HumanSplit::validation:
      return "validation";
    case HumanSplit::test:
      return "test";
  }
  return "?";
}

HumanData HumanData::import(const std::filesystem::path& source, const ImportRules& rules,
                            const std::filesystem::path& named) {
  auto state = std::make_shared<State>();
  state->source = named.empty() ? source : named;
  state->rules = rules;
  state->files = open_human_files(source);
  for (const HumanFile& file : state->files) {
    state->by_name.emplace(file.name, &file);
    for (Document& document : documents_of(file, rules)) state->documents.push_back(std::move(document));
  }
  split_documents(source, rules, state->documents);
  HumanData data;
  data.state_ = std::move(state);
  return data;
}

const std::vector<Document>& HumanData::documents() const noexcept { return state_->documents; }

std::vector<const Document*> HumanData::documents(HumanSplit split) const {
  std::vector<const Document*> found;
  for (const Document& document : state_->documents) {
    if (document.split == split) found.push_back(&document);
  }
  return found;
}

std::string_view HumanData::text(const Document& document) const { return text(document, 0, document.length); }

std::string_view HumanData::text(const Document& document, std::uint64_t first, std::uint64_t length) const {
  return state_->by_name.at(document.file)->checked(document.offset + first, length);
}

Digest HumanData::files_digest() const {
  TextDigest digest;
  for (const HumanFile& file : state_->files) digest.add(file.name, file.map);
  return digest.finish();
}

void HumanData::copy_files(const std::filesystem::path& folder) const {
  create_directories_durably(folder);
  for (const HumanFile& file : state_->files) copy_contents(file.path, folder / file.name);
}

std::uint64_t HumanData::bytes(HumanSplit split) const noexcept {
  return std::accumulate(
      state_->documents.begin(), state_->documents.end(), std::uint64_t{0},
      [split](std::uint64_t sum, const Document& d) { return d.split == split ? sum + d.length : sum; });
}

Digest HumanData::digest() const {
  Sha256 hash;
  hash.text("genloss human data 1").number(state_->documents.size());
  for (const Document& document : state_->documents) hash.text(name_of(document.split)).digest(document.content);
  return hash.finish();
}

Digest HumanData::digest(HumanSplit split) const {
  std::vector<Digest> contents;
  for (const Document* document : documents(split)) contents.push_back(document->content);
  return digest_of_split(split, contents);
}

Digest digest_of_split(HumanSplit split, std::span<const Digest> contents) {
  Sha256 hash;
  hash.text("genloss human split 1").text(name_of(split)).number(contents.size());
  for (const Digest& content : contents) hash.digest(content);
  return hash.finish();
}

nlohmann::ordered_json HumanData::provenance() const {
  const ImportRules& rules = state_->rules;
  nlohmann::ordered_json body;
  body["source"] = state_->source.string();
  body["digest"] = digest().text();
  body["rules"] = {{"document", rules.by_paragraphs ? "paragraphs" : "file"},
                   {"document_bytes", rules.document_bytes},
                   {"held_out", rules.held_out},
                   {"validation", rules.validation},
                   {"test", rules.test},
                   {"held_out_fraction", rules.held_out_fraction},
                   {"validation_fraction", rules.validation_fraction},
                   {"test_fraction", rules.test_fraction},
                   {"seed", rules.seed}};
  auto& splits = body["splits"] = nlohmann::ordered_json::object();
  for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test}) {
    splits[std::string(name_of(split))] = {
        {"documents", documents(split).size()}, {"bytes", bytes(split)}, {"digest", digest(split).text()}};
  }
  auto& documents = body["documents"] = nlohmann::ordered_json::array();
  for (const Document& document : state_->documents) {
    documents.push_back({{"file", document.file},
                         {"offset", document.offset},
                         {"length", document.length},
                         {"split", name_of(document.split)},
                         {"content", document.content.text()}});
  }
  return body;
}

}  // namespace genloss::storage

#include "workers/text/tokenizer.hpp"

#include <algorithm>

#include "jobs/error.hpp"
#include "workers/text/encoder.hpp"

namespace genloss::workers {
namespace {

storage::Digest digest_of(const BpeModel& model, std::int32_t end_of_document) {
  storage::Sha256 hash;
  hash.text("genloss tokenizer 1").number(model.tokens.size());
  for (const std::string& token : model.tokens) hash.text(token);
  hash.number(model.merges.size());
  for (const auto& [left, right, result] : model.merges) {
    hash.number(static_cast<std::uint64_t>(left)).number(static_cast<std::uint64_t>(right));
  }
  hash.number(model.specials.size());
  for (const auto& [id, name] : model.specials) hash.number(static_cast<std::uint64_t>(id)).text(name);
  return hash.number(static_cast<std::uint64_t>(end_of_document)).finish();
}

bool bytes_alone(const BpeModel& model) { return model == BpeModel::of_bytes(); }

}  // namespace

struct Tokenizer::State {
  State(BpeModel of, std::int32_t end)
      : model(std::move(of)),
        merger(model),
        end_of_document(end),
        bytes(bytes_alone(model)),
        digest(digest_of(model, end)) {}
  BpeModel model;
  WordMerger merger;
  std::int32_t end_of_document;
  bool bytes;
  storage::Digest digest;
};

Tokenizer::Tokenizer() {
  static const auto shared = std::make_shared<const State>(BpeModel::of_bytes(), 0);
  state_ = shared;
}

Tokenizer::Tokenizer(BpeModel model, std::int32_t end_of_document)
    : state_(std::make_shared<const State>(std::move(model), end_of_document)) {
  if (end_of_document < 0 || end_of_document >= vocabulary()) {
    throw Error(ExitCode::bad_data, "read tokenizer", "end of document",
                std::to_string(end_of_document) + " is none of its " + std::to_string(vocabulary()) + " ids");
  }
}

int Tokenizer::vocabulary() const noexcept { return static_cast<int>(state_->model.tokens.size()); }
std::int32_t Tokenizer::end_of_document() const noexcept { return state_->end_of_document; }
bool Tokenizer::is_bytes() const noexcept { return state_->bytes; }
const storage::Digest& Tokenizer::digest() const noexcept { return state_->digest; }
const BpeModel& Tokenizer::model() const noexcept { return state_->model; }
const WordMerger& Tokenizer::merger() const noexcept { return state_->merger; }

std::vector<std::int32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<std::int32_t> tokens;
  Encoder(*this).append(text, tokens);
  return tokens;
}

std::string_view Tokenizer::bytes_of(std::int32_t token) const {
  if (token < 0 || token >= vocabulary()) {
    throw Error(ExitCode::internal, "decode tokens", "token " + std::to_string(token),
                "is none of the " + std::to_string(vocabulary()) + " ids");
  }
  return state_->model.tokens[static_cast<std::size_t>(token)];
}

std::string Tokenizer::decode(std::span<const std::int32_t> tokens) const {
  std::string text;
  text.reserve(tokens.size());
  for (const auto token : tokens) text += bytes_of(token);
  return text;
}

}  // namespace genloss::workers

#pragma once
// Reads samples of the language family, and continues prompts by its models.

#include "workers/reading.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

class TextReading final : public Reading {
 public:
  TextReading(const jobs::StudySpec& spec, const std::filesystem::path& tokenizer)
      : spec_(spec), tokenizer_(Tokenizer::load(tokenizer)) {}

  [[nodiscard]] std::vector<std::int32_t> tokens(std::span<const std::byte> stored,
                                                 storage::ElementType type) const override;
  [[nodiscard]] std::string text(std::span<const std::int32_t> tokens) const override {
    return tokenizer_.decode(tokens);
  }
  [[nodiscard]] std::vector<std::int32_t> tokens(std::string_view text) const override {
    return tokenizer_.encode(text);
  }
  [[nodiscard]] Continuation continued(const std::filesystem::path& model, const Start& start,
                                       int limit) const override;
  [[nodiscard]] std::vector<std::string> measures() const override;
  [[nodiscard]] std::optional<Value> value(std::string_view measure, const std::string& text) const override;

 private:
  jobs::StudySpec spec_;
  Tokenizer tokenizer_;
};

}  // namespace genloss::workers

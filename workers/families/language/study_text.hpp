#pragma once
// The human text of a study and the tokenizer that it is read by.

#include <optional>

#include "storage/human/human_data.hpp"
#include "workers/family.hpp"
#include "workers/text/encoded/human_tokens.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

class StudyText final : public Tokenizing {
 public:
  StudyText(const jobs::StudySpec& spec, storage::HumanData human);

  [[nodiscard]] const storage::HumanData& human() const noexcept { return human_; }
  /// @throws Error(internal) before it is known
  [[nodiscard]] const Tokenizer& tokenizer() const;
  /// @throws Error(internal) before the text is counted
  [[nodiscard]] const HumanTokens& tokens() const;

  [[nodiscard]] storage::Digest recipe() const override { return recipe_; }
  void learn(comms::Communicator& ranks) override;
  void save(const std::filesystem::path& directory) const override;
  void open(const std::filesystem::path& directory) override;
  [[nodiscard]] storage::Digest digest() const override { return tokenizer().digest(); }
  std::optional<storage::Digest> encode(comms::Communicator& ranks, const Distribute& distribute,
                                        const std::filesystem::path& directory,
                                        const std::function<void(std::uint64_t part)>& told) override;
  [[nodiscard]] bool counted() const override { return tokens_.has_value(); }
  void estimate() override;
  [[nodiscard]] Stored stored_tokens() const override;
  [[nodiscard]] std::uint64_t tokenizer_bytes() const override;
  [[nodiscard]] std::string description() const override;

 private:
  int vocabulary_, context_;
  storage::HumanData human_;
  std::optional<Tokenizer> tokenizer_;
  storage::Digest recipe_;
  std::optional<HumanTokens> tokens_;
};

}  // namespace genloss::workers

#pragma once
// Which tokenizer a study asks for.

#include <optional>

#include "jobs/study_spec.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

/// The tokenizer, where it is known before any text is read: bytes (text.vocabulary = 256), or the base model's own
/// (training.init = base). @throws Error(usage) if text.vocabulary asks for another one than the base model has
[[nodiscard]] std::optional<Tokenizer> known_tokenizer(const jobs::StudySpec& spec);
/// Number of ids that a model of this study knows.
[[nodiscard]] int vocabulary_of(const jobs::StudySpec& spec);

}  // namespace genloss::workers

#include "workers/text/study_tokenizer.hpp"

#include <string>

#include "jobs/error.hpp"

namespace genloss::workers {

std::optional<Tokenizer> known_tokenizer(const jobs::StudySpec& spec) {
  const int bytes = Tokenizer().vocabulary(), wanted = spec.text.vocabulary;
  if (spec.training.init == jobs::Initialisation::base) {
    Tokenizer base = Tokenizer::load(spec.model.base);
    if (wanted != bytes && wanted != base.vocabulary()) {
      throw Error(ExitCode::usage, "check study", "text.vocabulary, model.base",
                  "the base model's tokenizer has " + std::to_string(base.vocabulary()) + " tokens, not " +
                      std::to_string(wanted),
                  "leave text.vocabulary out: with training.init = base the base model's tokenizer is used");
    }
    return base;
  }
  if (wanted == bytes) return Tokenizer();
  return std::nullopt;
}

int vocabulary_of(const jobs::StudySpec& spec) {
  const auto known = known_tokenizer(spec);
  return known ? known->vocabulary() : spec.text.vocabulary;
}

}  // namespace genloss::workers

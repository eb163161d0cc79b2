#include "workers/families/language/language_family.hpp"

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "workers/sampling/transformer_sampler.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/text/study_tokenizer.hpp"
#include "workers/text/token_stream.hpp"
#include "workers/text/window_source.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {
namespace {

storage::HumanSplit split_of(jobs::TrainableSplit split) {
  return split == jobs::TrainableSplit::train ? storage::HumanSplit::train : storage::HumanSplit::held_out;
}

PromptReader prompts_from(const StudyText& text, const jobs::StudySpec& spec, int generation) {
  if (spec.sampling.prompt == jobs::PromptSource::none) return {};
  return HumanPrompts(
      text.human(), text.tokens(), text.tokenizer(), static_cast<std::uint64_t>(spec.sampling.prompt_tokens),
      jobs::CounterRandom({spec.study.chain_seed(), jobs::Purpose::prompts, static_cast<std::uint32_t>(generation)}));
}

}  // namespace

LanguageFamily::LanguageFamily(const jobs::StudySpec& spec, Accelerator* accelerator, storage::HumanData human)
    : spec_(spec),
      accelerator_(accelerator),
      text_(spec, std::move(human)),
      architecture_(architecture_of(spec, vocabulary_of(spec))) {}

std::string LanguageFamily::unit_name() const {
  return "window of " + std::to_string(architecture_.context) + " tokens";
}
std::uint64_t LanguageFamily::unit_values() const { return static_cast<std::uint64_t>(architecture_.context); }

std::uint64_t LanguageFamily::human_units(jobs::TrainableSplit split) const {
  const HumanTokens& tokens = text_.tokens();  // every document is followed by one end token
  return windows_in(tokens.tokens(split_of(split)) + tokens.documents(split_of(split)), unit_values());
}
storage::Digest LanguageFamily::human_digest(jobs::TrainableSplit split) const {
  return text_.human().digest(split_of(split));
}

std::uint64_t LanguageFamily::human_samples(jobs::TrainableSplit split) const {
  return text_.tokens().documents(split_of(split));
}
SampleBlock LanguageFamily::human_block(jobs::TrainableSplit split, storage::ElementType type, std::uint64_t first,
                                        std::uint64_t count) const {
  const auto starts = text_.tokens().starts(split_of(split)).subspan(first, count + 1);
  std::vector<std::int32_t> tokens(starts.back() - starts.front());
  text_.tokens().read(split_of(split), starts.front(), tokens);
  SampleBlock block;
  block.first = first;
  block.type = type;
  pack_tokens(tokens, type, block.values);
  for (const std::uint64_t start : starts) block.starts.push_back(start - starts.front());
  block.given.assign(count, 0);
  block.ended.assign(count, true);
  return block;
}

std::uint64_t LanguageFamily::corpus_units(const storage::CorpusManifest& corpus) const {
  return windows_in(CorpusStream::length(corpus), unit_values());
}
std::unique_ptr<UnitSource> LanguageFamily::open_human(jobs::TrainableSplit split) const {
  return std::make_unique<WindowSource>(
      std::make_unique<HumanStream>(text_.tokens(), split_of(split), text_.tokenizer().end_of_document()),
      unit_values());
}
std::unique_ptr<UnitSource> LanguageFamily::open_corpus(storage::SampleView samples) const {
  return std::make_unique<WindowSource>(
      std::make_unique<CorpusStream>(std::move(samples), text_.tokenizer().end_of_document()), unit_values());
}

std::optional<storage::Digest> LanguageFamily::further_data() const {
  if (spec_.training.patience == 0) return std::nullopt;
  return text_.human().digest(storage::HumanSplit::validation);
}

TrainOutcome LanguageFamily::train(const TrainJob& job) {
  trainer_ = std::make_unique<TransformerTrainer>(spec_, architecture_, accelerator_);
  if (spec_.training.patience == 0) return trainer_->train(job);
  WindowSource validation(std::make_unique<HumanStream>(text_.tokens(), storage::HumanSplit::validation,
                                                        text_.tokenizer().end_of_document()),
                          unit_values());
  return trainer_->train(job, &validation);
}

void LanguageFamily::save_model(const std::filesystem::path& directory) {
  trainer_->weights().save(directory, text_.tokenizer().end_of_document());
  text_.save(directory);
  trainer_.reset();  // optimizer and activations are not needed any more
}

storage::CorpusFormat LanguageFamily::corpus_format() const {
  return token_corpus_format(architecture_.vocabulary, spec_.sampling.prompt);
}

std::unique_ptr<Sampler> LanguageFamily::open_sampler(const std::filesystem::path& model, int generation) {
  auto weights = std::make_shared<const Weights>(Weights::load(model));
  PromptReader prompts = prompts_from(text_, spec_, generation);
  if (accelerator_ == nullptr) {
    return std::make_unique<TransformerSampler>(std::move(weights), spec_, generation, std::move(prompts),
                                                text_.tokenizer().end_of_document());
  }
  std::vector<std::unique_ptr<TokenDecoder>> decoders;
  decoders.push_back(accelerator_->decoder(*weights, spec_.sampling.batch));
  return std::make_unique<TransformerSampler>(std::move(decoders), architecture_, spec_, generation, std::move(prompts),
                                              text_.tokenizer().end_of_document());
}

}  // namespace genloss::workers

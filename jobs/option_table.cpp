#include "jobs/option_table.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "jobs/option_builders.hpp"
#include "jobs/policy_options.hpp"
#include "jobs/registry_tables.hpp"

// The accessor of one field, for the builders.
#define FIELD(path) ([](StudySpec & s) -> auto& { return s.path; })

namespace genloss::jobs {
namespace {
using namespace builders;  // NOLINT: the table reads like a table

std::vector<Option> study_options() {
  return {
      text({"study", "name", "", "Names the run directory: runs/NAME-DIGEST8."}, FIELD(study.name)),
      registered_name({"study", "family", "", "What kind of model is trained and sampled."}, FIELD(study.family)),
      outside_digest(integer({"study", "generations", "", "How many models to train; raise it to continue a run."},
                             FIELD(study.generations), 1)),
      outside_digest(
          integer({"study", "seeds", "",
                   "Chains of each arm that differ in chance alone; raise it to add some. Chain i draws first "
                   "weights, order and samples by seed + i; splits and tokenizer are the same in all."},
                  FIELD(study.seeds), 1, 1 << 20)),
      count({"study", "seed", "", "Every random number of the study is a function of it."}, FIELD(study.seed), 0),
      integer({"study", "repetition", "",
               "Which chain of study.seeds a study of one chain is: added to the seed of first weights, order and "
               "samples."},
              FIELD(study.repetition), 0, 1 << 20),
  };
}

std::vector<Option> data_options() {
  return {
      outside_digest(
          path({"data", "source", "", "Human text: a UTF-8 file or a folder of *.txt (its content is in the digest)."},
               FIELD(data.source))),
      choice<DocumentRule>({"data", "document", "", "What a document is: a whole file, or paragraphs of one."},
                           FIELD(data.document),
                           {{"file", DocumentRule::file}, {"paragraphs", DocumentRule::paragraphs}}),
      count({"data", "document_bytes", "bytes",
             "Rule paragraphs: a document ends at the first blank line after so many bytes."},
            FIELD(data.document_bytes), 1),
      list({"data", "held_out", "", "Files (names without ending) that no model sees but through a policy."},
           FIELD(data.held_out)),
      list({"data", "validation", "", "Files that training.patience watches, and no model learns from."},
           FIELD(data.validation)),
      list({"data", "test", "", "Files that every generation is measured on and no model ever sees."},
           FIELD(data.test)),
      number({"data", "held_out_fraction", "share", "Share of documents held out, if data.held_out names no file."},
             FIELD(data.held_out_fraction), 0, 1, Ends::open_high),
      number({"data", "validation_fraction", "share",
              "Share of documents for training.patience, if data.validation names no file."},
             FIELD(data.validation_fraction), 0, 1, Ends::open_high),
      number({"data", "test_fraction", "share", "Share of documents for the test split, if data.test names no file."},
             FIELD(data.test_fraction), 0, 1, Ends::open_high),
  };
}

std::vector<Option> text_options() {
  return {
      integer({"text", "vocabulary", "tokens",
               "256: tokens are bytes; more: byte-level BPE, learned from the human training split. With "
               "training.init = base the base model's own tokenizer is used."},
              FIELD(text.vocabulary), 256, 1 << 20),
  };
}

std::vector<Option> model_options() {
  return {
      choice<ModelShape>(
          {"model", "shape", "", "GPT-2 (learned positions, LayerNorm, GELU) or Llama (RoPE, RMSNorm, SwiGLU)."},
          FIELD(model.shape), {{"gpt2", ModelShape::gpt2}, {"llama", ModelShape::llama}}),
      integer({"model", "layers", "", "Transformer blocks."}, FIELD(model.layers), 1),
      integer({"model", "heads", "", "Attention heads."}, FIELD(model.heads), 1),
      integer({"model", "kv_heads", "", "Key/value heads (grouped-query attention, llama); 0: as many as heads."},
              FIELD(model.kv_heads), 0),
      integer({"model", "width", "", "Size of the residual stream, a multiple of heads."}, FIELD(model.width), 1),
      integer(
          {"model", "feed_forward", "", "Hidden size of the feed-forward part; 0: 4 width (gpt2), 8/3 width (llama)."},
          FIELD(model.feed_forward), 0),
      integer({"model", "context", "tokens", "Longest sequence."}, FIELD(model.context), 2),
      number({"model", "norm_epsilon", "", "Added to the variance in normalisations."}, FIELD(model.norm_epsilon), 0, 1,
             Ends::open),
      number({"model", "rope_theta", "", "Base of the rotary frequencies (llama)."}, FIELD(model.rope_theta), 1,
             unbounded),
      flag({"model", "tied_head", "", "The output projection is the token embedding (gpt2: always)."},
           FIELD(model.tied_head)),
      outside_digest(
          path({"model", "base", "", "Model directory for training.init = base (its weights are in the digest)."},
               FIELD(model.base))),
  };
}

std::vector<Option> training_options() {
  return {
      choice<Initialisation>(
          {"training", "init", "",
           "What a generation's training starts from: new random weights, the generation before, or model.base."},
          FIELD(training.init),
          {{"fresh", Initialisation::fresh}, {"previous", Initialisation::previous}, {"base", Initialisation::base}}),
      by_generation(budget({"training", "budget", "",
                            "How long a generation trains. By generation: '0:5M tokens,1:400k tokens' holds 400k from "
                            "generation 1 on."},
                           FIELD(training.budget)),
                    FIELD(training.budget), FIELD(training.later_budgets)),
      integer({"training", "batch", "sequences", "Sequences per step, all lanes together."}, FIELD(training.batch), 1),
      integer({"training", "lanes", "", "Equal parts of a step, a power of two: the most ranks that can share it."},
              FIELD(training.lanes), 1, 1 << 20),
      integer({"training", "micro_batch", "sequences", "Sequences per pass through the model; 0: a lane's whole part."},
              FIELD(training.micro_batch), 0),
      choice<Reduction>(
          {"training", "reduction", "",
           "exact: same bits on any number of ranks; fast: the library's sum, same bits only on as many ranks."},
          FIELD(training.reduction), {{"exact", Reduction::exact}, {"fast", Reduction::fast}}),
      choice<Precision>({"training", "precision", "",
                         "Numbers of the passes through the model; bf16 needs runtime.device = cuda and keeps fp32 "
                         "masters of the parameters."},
                        FIELD(training.precision), {{"fp32", Precision::fp32}, {"bf16", Precision::bf16}}),
      by_generation(
          number({"training", "learning_rate", "", "Peak learning rate of AdamW; or by generation: 0:3e-3,1:5e-4."},
                 FIELD(training.learning_rate), 0, 10, Ends::open_low),
          FIELD(training.learning_rate), FIELD(training.later_learning_rates)),
      silent_at_default(number_by_generation(
          number({"training", "extrapolation", "w",
                  "A model is (1 + w) times what its training began with - w times what came out (Neon); closed-form "
                  "families: the model before takes the place of the beginning. 0: it is what came out."},
                 FIELD(training.extrapolation), 0, 100),
          FIELD(training.extrapolation), FIELD(training.later_extrapolations))),
      number({"training", "final_learning_rate_ratio", "", "Last learning rate over the peak (cosine)."},
             FIELD(training.final_learning_rate_ratio), 0, 1),
      number({"training", "warmup_fraction", "share", "Share of steps with linearly rising learning rate."},
             FIELD(training.warmup_fraction), 0, 1),
      number({"training", "weight_decay", "", "Decoupled weight decay of matrices."}, FIELD(training.weight_decay), 0,
             10),
      number({"training", "beta1", "", "AdamW's first moment decay."}, FIELD(training.beta1), 0, 1, Ends::open_high),
      number({"training", "beta2", "", "AdamW's second moment decay."}, FIELD(training.beta2), 0, 1, Ends::open_high),
      number({"training", "epsilon", "", "AdamW's epsilon."}, FIELD(training.epsilon), 0, 1, Ends::open),
      number({"training", "clip", "", "Largest norm of the gradient; 0: no clipping."}, FIELD(training.clip), 0,
             unbounded),
      silent_at_default(
          number({"training", "truncated", "probability",
                  "Tokens that the model gives a higher probability have no loss (truncated cross-entropy); the mean "
                  "is still over all tokens. 0: every token has."},
                 FIELD(training.truncated), 0, 1, Ends::open_high)),
      silent_at_default(integer({"training", "patience", "",
                                 "Training ends when so many measurements on the validation split in a row were no "
                                 "better than the best, whose parameters are the model. 0: it does not look at it."},
                                FIELD(training.patience), 0)),
      silent_at_default(integer({"training", "validation_steps", "steps",
                                 "Steps between these measurements; there is one after the last step, too."},
                                FIELD(training.validation_steps), 1)),
      silent_at_default(count({"training", "validation_tokens", "tokens",
                               "Tokens from the beginning of the validation split that they read."},
                              FIELD(training.validation_tokens), 1)),
  };
}

std::vector<Option> sampling_options() {
  return {
      count({"sampling", "samples", "", "Samples in every corpus, unless sampling.tokens is given."},
            FIELD(sampling.samples), 1),
      count(
          {"sampling", "tokens", "tokens",
           "Drawn tokens in every corpus: as many samples, in order, as it takes. 0: sampling.samples says how many."},
          FIELD(sampling.tokens), 0),
      integer({"sampling", "max_tokens", "tokens", "Longest sample, prompt not counted."}, FIELD(sampling.max_tokens),
              1),
      number({"sampling", "temperature", "", "Divides the logits; 0: always the likeliest token."},
             FIELD(sampling.temperature), 0, 100),
      integer({"sampling", "top_k", "", "Draw from the k likeliest tokens; 0: from all."}, FIELD(sampling.top_k), 0),
      number({"sampling", "top_p", "share", "Draw from the fewest likeliest tokens that hold this probability."},
             FIELD(sampling.top_p), 0, 1, Ends::open_low),
      number({"sampling", "min_p", "share", "Drop tokens below this share of the likeliest one's probability."},
             FIELD(sampling.min_p), 0, 1),
      choice<PromptSource>({"sampling", "prompt", "",
                            "none: samples begin as documents do; human: with a passage of human training text, which "
                            "is not trained on again."},
                           FIELD(sampling.prompt), {{"none", PromptSource::none}, {"human", PromptSource::human}}),
      integer({"sampling", "prompt_tokens", "tokens", "Length of a human prompt."}, FIELD(sampling.prompt_tokens), 1),
      flag({"sampling", "stop_at_end", "", "The end-of-document token ends a sample."}, FIELD(sampling.stop_at_end)),
      count({"sampling", "shard_samples", "", "Samples per shard: the unit of granting, sealing and repeating."},
            FIELD(sampling.shard_samples), 1),
      integer({"sampling", "batch", "rows", "Samples decoded at once inside a shard."}, FIELD(sampling.batch), 1),
  };
}

std::vector<Option> measures_options() {
  return {
      count({"measures", "test_tokens", "tokens", "Human test text that every model is measured on."},
            FIELD(measures.test_tokens), 1),
      count({"measures", "corpus_tokens", "tokens", "Text of every corpus that generation 0's model reads."},
            FIELD(measures.corpus_tokens), 1),
      count({"measures", "words", "words",
             "Words of every corpus, and of human text, that types and repeats are counted on."},
            FIELD(measures.words), 1),
      integer({"measures", "bootstrap", "", "Resamples behind every interval."}, FIELD(measures.bootstrap), 2),
      number({"measures", "confidence", "share", "Coverage of the intervals."}, FIELD(measures.confidence), 0, 1,
             Ends::open),
  };
}

std::vector<Option> runtime_options() {
  std::vector<Option> options{
      choice<DeviceKind>({"runtime", "device", "",
                          "What models are trained on and sampled by: this machine's cores, or an NVIDIA GPU "
                          "per rank. Scoring and closed-form families always use the cores."},
                         FIELD(runtime.device), {{"cpu", DeviceKind::cpu}, {"cuda", DeviceKind::cuda}}),
      choice<InstructionChoice>(
          {"runtime", "instructions", "",
           "Machine instructions that kernels use. A run keeps to those it was begun with: auto takes those, at first "
           "the best that there is. avx2 is what a run needs that may have to go on elsewhere."},
          FIELD(runtime.instructions),
          {{"auto", InstructionChoice::automatic},
           {"baseline", InstructionChoice::baseline},
           {"avx2", InstructionChoice::avx2},
           {"avx512", InstructionChoice::avx512}}),
      path({"runtime", "runs", "",
            "Folder of run directories; a relative one is taken from the current folder, also in a file."},
           FIELD(runtime.runs)),
      integer({"runtime", "threads", "", "Threads per rank; no result depends on it."}, FIELD(runtime.threads), 1,
              1024),
      integer({"runtime", "checkpoint_steps", "steps", "Checkpoint every so many steps; 0: by time only."},
              FIELD(runtime.checkpoint_steps), 0),
      number({"runtime", "checkpoint_seconds", "s", "Checkpoint every so many seconds."},
             FIELD(runtime.checkpoint_seconds), 0, unbounded, Ends::open_low),
      integer({"runtime", "keep_checkpoints", "", "Checkpoints kept while a generation trains."},
              FIELD(runtime.keep_checkpoints), 2),
      choice<Keep>({"runtime", "keep", "",
                    "Models and corpora that stay on disk: all; mixes: those that one more generation would need; "
                    "measures: none. The others are dropped as soon as nothing of the study needs them; what was "
                    "dropped stays described and can be made again."},
                   FIELD(runtime.keep), {{"all", Keep::all}, {"mixes", Keep::mixes}, {"measures", Keep::measures}}),
      integer({"runtime", "log_steps", "steps", "A line of training.jsonl every so many steps."},
              FIELD(runtime.log_steps), 1),
      number({"runtime", "deadline_seconds", "s", "Longest wait for another rank before the run fails, naming it."},
             FIELD(runtime.deadline_seconds), 0, unbounded, Ends::open_low),
      number({"runtime", "stall_seconds", "s", "Wait after which a warning names the rank waited for."},
             FIELD(runtime.stall_seconds), 0, unbounded, Ends::open_low),
      choice<ProgressStyle>(
          {"runtime", "progress", "", "How progress is shown; auto: a bar on a terminal, plain lines elsewhere."},
          FIELD(runtime.progress),
          {{"auto", ProgressStyle::automatic},
           {"bar", ProgressStyle::bar},
           {"plain", ProgressStyle::plain},
           {"none", ProgressStyle::none}}),
  };
  for (Option& option : options) option.in_digest = false;
  return options;
}

bool is_used(const Option& option, const Registered& value) {
  return std::any_of(value.uses.begin(), value.uses.end(),
                     [&](const std::string& use) { return use == option.section || use == option.name(); });
}

std::vector<Option> all_options() {
  std::vector<std::vector<Option>> parts{study_options(), data_options(), text_options(), model_options()};
  for (const RegisteredSection& section : registered_sections()) parts.push_back(section.options);
  for (auto part : {training_options(), sampling_options(), policy_options(), measures_options(), runtime_options()}) {
    parts.push_back(std::move(part));
  }
  std::vector<Option> all;
  for (std::vector<Option>& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  for (Option& option : all) {
    for (const Registered& value : all_registered()) {
      if (is_used(option, value)) option.only_with.push_back({value.option, value.name});
    }
  }
  return all;
}

bool has(const StudySpec& spec, const Option::User& user) {
  static const auto by_name = [] {
    std::map<std::string, const Option*> all;
    for (const Option& option : option_table()) all.emplace(option.name(), &option);
    return all;
  }();
  const auto option = by_name.find(user.option);
  if (option == by_name.end()) return false;
  const auto values = read_schedule(option->second->get(spec));  // at any generation
  return std::any_of(values.begin(), values.end(), [&](const auto& value) { return value.second == user.value; });
}

}  // namespace

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = all_options();
  return table;
}

std::string places_of(const StudySpec& spec) {
  std::string places;
  for (const Option& option : option_table()) {
    const bool place = option.type == "path" && option.section != "runtime" && option.concerns(spec);
    if (place) places += option.get(spec) + "\n";
  }
  return places;
}

bool Option::concerns(const StudySpec& spec) const {
  return only_with.empty() ||
         std::any_of(only_with.begin(), only_with.end(), [&](const User& user) { return has(spec, user); });
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all = [] {
    std::vector<Section> rows{{"study", "What is studied."},
                              {"data", "Human data and its splits."},
                              {"text", "How text becomes tokens."},
                              {"model", "The shape of the transformer."}};
    for (const RegisteredSection& section : registered_sections()) rows.push_back(section.section);
    for (const Section& row :
         {Section{"training", "How a generation is trained."}, Section{"sampling", "How a corpus is drawn."},
          Section{"policy", "What the next generation learns from."},
          Section{"measures", "What is measured at each generation."},
          Section{"runtime", "Where and how it runs; outside the study digest, free to change between starts."}}) {
      rows.push_back(row);
    }
    return rows;
  }();
  return all;
}

}  // namespace genloss::jobs

#pragma once
// Bytes and files of a run, as docs/files-on-disk.md lists them. Sizes are those that `ls` shows.

#include <cstdint>

#include "storage/corpus/corpus_manifest.hpp"

namespace genloss::orchestrator::plan {

/// One shard file of `samples` samples with `values` values together.
[[nodiscard]] std::uint64_t shard_bytes(const storage::CorpusFormat& format, std::uint64_t samples,
                                        std::uint64_t values);
/// corpus/manifest.json
[[nodiscard]] std::uint64_t corpus_manifest_bytes(std::uint64_t shards);
[[nodiscard]] std::uint64_t mix_bytes(std::uint64_t sources);
/// training.jsonl
[[nodiscard]] std::uint64_t training_log_bytes(std::uint64_t steps, int log_steps);
/// One measure with its resamples, in measures.json.
[[nodiscard]] std::uint64_t measure_bytes(int resamples);
/// measures.json of a model alone.
[[nodiscard]] std::uint64_t measures_of_model_bytes(bool of_text, int resamples);
/// made-by.json, on one host; there is one with each of the artefacts of a generation: mix, model, evaluation, corpus,
/// measures.
inline constexpr std::uint64_t made_by_bytes = 650, artefacts_of_generation = 5;
/// measures.json; of generation 0 with the measures of human text, each measure with its resamples.
[[nodiscard]] std::uint64_t measures_bytes(bool of_text, bool of_human_too, int resamples);
/// tokenizer.json and tokenizer_config.json
[[nodiscard]] std::uint64_t tokenizer_bytes(int vocabulary);
/// study.ini and journal.jsonl of a run of so many generations, and a log for each rank.
[[nodiscard]] std::uint64_t bookkeeping_bytes(int generations, int ranks);

}  // namespace genloss::orchestrator::plan

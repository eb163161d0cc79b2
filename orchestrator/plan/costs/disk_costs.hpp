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
/// measures.json; of generation 0 with the measures of human text, each measure with its resamples.
[[nodiscard]] std::uint64_t measures_bytes(bool of_text, bool of_human_too, int resamples);
/// tokenizer.json and tokenizer_config.json
[[nodiscard]] std::uint64_t tokenizer_bytes(int vocabulary);
/// study.ini and journal.jsonl of a run of so many generations, and a log for each rank.
[[nodiscard]] std::uint64_t bookkeeping_bytes(int generations, int ranks);

}  // namespace genloss::orchestrator::plan

#pragma once
// Bytes and files of a run, as docs/files-on-disk.md lists them. Sizes are those that `ls` shows.

#include <cstdint>

#include "storage/corpus/corpus_manifest.hpp"
#include "workers/costs/model_costs.hpp"

namespace genloss::orchestrator::plan {

/// One shard file of `samples` samples with `values` values together.
[[nodiscard]] std::uint64_t shard_bytes(const storage::CorpusFormat& format, std::uint64_t samples,
                                        std::uint64_t values);
/// corpus/manifest.json
[[nodiscard]] std::uint64_t corpus_manifest_bytes(std::uint64_t shards);
[[nodiscard]] std::uint64_t mix_bytes(std::uint64_t sources);
/// training.jsonl
[[nodiscard]] std::uint64_t training_log_bytes(std::uint64_t steps, int log_steps);
/// made-by.json, on one host; there is one with each of the artefacts of a generation: mix, model, evaluation, corpus,
/// measures.
inline constexpr std::uint64_t made_by_bytes = 650, artefacts_of_generation = 5;
/// measures.json; of generation 0 with the measures of human data.
[[nodiscard]] std::uint64_t measures_bytes(const workers::MeasureBytes& measures, bool of_human_too);
/// study.ini and journal.jsonl of a run of so many generations, and a log for each rank.
[[nodiscard]] std::uint64_t bookkeeping_bytes(int generations, int ranks);

}  // namespace genloss::orchestrator::plan

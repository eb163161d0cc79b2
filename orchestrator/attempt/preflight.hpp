#pragma once
// What can be refused before anything is made: a study that would fail after hours should fail in its first second.

#include "jobs/study_spec.hpp"
#include "orchestrator/policies/policy.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

/// More ranks than lanes; quotas that cannot be met even if every sample has its full length.
/// @throws Error(usage), Error(bad_data)
void check_before_start(const jobs::StudySpec& spec, const workers::Family& family, int ranks);

/// The second part of it, for a study whose text can be counted only once it has a tokenizer.
void check_mixes(const jobs::StudySpec& spec, const workers::Family& family);

/// The largest corpus the study can draw, prompts included: every sample of full length. One shard holds it all.
[[nodiscard]] storage::CorpusManifest largest_corpus(const jobs::StudySpec& spec, const workers::Family& family);
/// What the policy of generation `generation` may choose from, without corpora.
[[nodiscard]] Pools pools_of_humans(const jobs::StudySpec& spec, const workers::Family& family, int generation);

}  // namespace genloss::orchestrator

#include <algorithm>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/text/token_stream.hpp"

namespace genloss::workers {
namespace {

/// Shards and samples that are kept in mind: of small shards, as many as the windows of a mix come from at a time.
constexpr std::size_t kept_indexes = 128;
constexpr std::uint64_t kept_samples = 4'000'000;

std::uint64_t tokens_in(const storage::ShardCounts& shards) {
  return shards.values - shards.prompt_values + shards.ended_samples;
}

/// Position of the range of `starts` that holds `at`.
std::size_t range_of(const std::vector<std::uint64_t>& starts, std::uint64_t at) {
  return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), at) - starts.begin()) - 1;
}

}  // namespace

std::uint64_t CorpusStream::length(const storage::CorpusManifest& manifest) { return tokens_in(manifest.totals); }

CorpusStream::CorpusStream(storage::SampleView samples, std::int32_t end_of_document)
    : view_(std::move(samples)),
      corpus_(&view_.corpus()),
      length_(length(view_.manifest())),
      end_of_document_(end_of_document) {
  const auto& manifest = corpus_->manifest();
  if (!is_token_type(manifest.format.values)) {
    throw Error(ExitCode::bad_data, "read corpus", corpus_->path().string(), "its values are not tokens of text",
                "it was drawn from a model of another family");
  }
}

void CorpusStream::read(std::uint64_t begin, std::span<std::int32_t> out) {
  if (begin > length() || out.size() > length() - begin) {
    throw Error(ExitCode::internal, "read corpus", corpus_->path().string(),
                "token " + std::to_string(begin + out.size()) + " of " + std::to_string(length()) + " was asked for");
  }
  if (out.empty()) return;
  if (const auto* chosen = view_.chosen()) return read_chosen(*chosen, begin, out);
  const storage::ShardTable& table = corpus_->table();
  storage::ShardPlace place = table.find(begin, tokens_in);
  for (std::size_t done = 0;;) {
    const std::uint64_t within = begin + done - tokens_in(place.before);
    const auto take = static_cast<std::size_t>(
        std::min<std::uint64_t>(out.size() - done, tokens_in(storage::counts_of(place.record)) - within));
    if (take > 0) read_within(place.record, within, out.subspan(done, take));
    if ((done += take) == out.size()) return;
    place = table.at(place.record.shard + 1);
  }
}

/// Samples that lie side by side in a shard, and are chosen so, are read together.
void CorpusStream::read_chosen(const storage::ChosenSamples& chosen, std::uint64_t begin, std::span<std::int32_t> out) {
  std::uint64_t place = chosen.find(begin);
  for (std::size_t done = 0; done < out.size();) {
    const storage::ShardRecord shard = corpus_->shard_of(chosen[place].sample).record;
    const std::uint64_t at = begin + done, wanted = begin + out.size();
    std::uint64_t last = place;  // the last that is read together with the one at `place`
    const auto follows = [&](const storage::ChosenSample& next) {
      return next.begin < wanted && next.sample == chosen[last].sample + 1 &&
             next.sample < shard.first_sample + shard.samples;
    };
    while (last + 1 < chosen.size() && follows(chosen[last + 1])) ++last;
    const std::uint64_t end = last + 1 < chosen.size() ? chosen[last + 1].begin : chosen.end();
    const SampleIndex& index = index_of(shard);
    const std::size_t first_one = chosen[place].sample - shard.first_sample, last_one = first_one + (last - place);
    if (end - chosen[place].begin != index.starts[last_one + 1] - index.starts[first_one]) {
      throw Error(ExitCode::bad_data, "read chosen samples of", corpus_->path().string(),
                  "sample " + std::to_string(chosen[place].sample) + " has another length than the mix says",
                  "see `genloss verify`");
    }
    const auto take = static_cast<std::size_t>(std::min(wanted, end) - at);
    if (take > 0) {
      const std::uint64_t inside = at - chosen[place].begin;
      read_within(shard, index.starts[first_one] + inside, out.subspan(done, take));
      if (inside == 0) mark_joint(chosen, place, shard, out.subspan(done, take));
    }
    done += take;
    place = last + 1;
  }
}

void CorpusStream::mark_joint(const storage::ChosenSamples& chosen, std::uint64_t place,
                              const storage::ShardRecord& shard, std::span<std::int32_t> out) {
  const SampleIndex& index = index_of(shard);
  const std::size_t sample = chosen[place].sample - shard.first_sample;
  const std::uint64_t tokens = index.starts[sample + 1] - index.starts[sample];
  if (tokens == stream_tokens(0, index.ended[sample])) return;  // an empty text has no first token
  const std::uint64_t before = place == 0 ? shard.first_sample + shard.samples : chosen[place - 1].sample;
  const bool same_shard = before >= shard.first_sample && before < shard.first_sample + shard.samples;
  const bool foreseen = same_shard && index.foreseen(sample, before - shard.first_sample);
  out[0] = foreseen ? input_of(out[0]) : not_a_target(out[0]);
}

void CorpusStream::read_within(const storage::ShardRecord& shard, std::uint64_t begin, std::span<std::int32_t> out) {
  const SampleIndex& index = index_of(shard);
  const std::size_t first = range_of(index.starts, begin);
  const std::size_t last = range_of(index.starts, begin + out.size() - 1);
  // One read for all samples that are touched: they lie side by side, with prompts in between.
  const auto sample_length = [&](std::size_t s) {
    return index.starts[s + 1] - index.starts[s] - stream_tokens(0, index.ended[s]);
  };
  const std::uint64_t low = index.values[first] + std::min(begin - index.starts[first], sample_length(first));
  const std::uint64_t high =
      index.values[last] + std::min(begin + out.size() - index.starts[last], sample_length(last));
  const auto type = corpus_->manifest().format.values;
  values_.resize(high > low ? high - low : 0);
  bytes_.resize(values_.size() * storage::size_of(type));
  if (!bytes_.empty()) {
    corpus_->use(shard, [&](const storage::ShardReader& reader) { reader.read_values(low, bytes_); });
  }
  unpack_tokens(bytes_, type, values_);

  std::size_t done = 0;
  for (std::size_t s = first; s <= last; ++s) {
    beat("read a corpus");
    const std::uint64_t skip = begin + done - index.starts[s];
    const std::uint64_t take =
        std::min<std::uint64_t>(sample_length(s) - std::min(skip, sample_length(s)), out.size() - done);
    const std::int32_t* from = values_.data() + (index.values[s] + skip - low);
    for (std::uint64_t i = 0; i < take; ++i) {
      out[done++] = skip + i == 0 && (s == 0 || !index.foreseen(s, s - 1)) ? not_a_target(from[i]) : from[i];
    }
    if (done < out.size() && index.ended[s]) out[done++] = end_of_document_;
  }
}

const CorpusStream::SampleIndex& CorpusStream::index_of(const storage::ShardRecord& record) {
  const auto found =
      std::find_if(indexes_.begin(), indexes_.end(), [&](const auto& entry) { return entry.first == record.shard; });
  if (found != indexes_.end()) {
    indexes_.splice(indexes_.begin(), indexes_, found);
    return indexes_.front().second;
  }
  SampleIndex index;
  corpus_->use(record, [&](const storage::ShardReader& shard) { index = read_index(record, shard); });
  samples_ += record.samples;
  while (!indexes_.empty() && (indexes_.size() >= kept_indexes || samples_ > kept_samples)) {
    samples_ -= indexes_.back().second.ended.size();
    indexes_.pop_back();
  }
  indexes_.emplace_front(record.shard, std::move(index));
  return indexes_.front().second;
}

CorpusStream::SampleIndex CorpusStream::read_index(const storage::ShardRecord& record,
                                                   const storage::ShardReader& shard) const {
  const auto offsets = shard.offsets();
  const auto prompts =
      record.prompt_values == 0 ? std::vector<double>(record.samples, 0.0) : shard.column("prompt_length");
  const auto reasons = shard.column(storage::stop_column);
  SampleIndex index;
  index.starts.push_back(0);
  for (std::size_t s = 0; s < record.samples; ++s) {
    const auto prompt = static_cast<std::uint64_t>(prompts[s]);
    index.values.push_back(offsets[s] + prompt);
    index.unprompted.push_back(prompt == 0);
    index.ended.push_back(reasons[s] == storage::stop_ended);
    index.starts.push_back(index.starts.back() +
                           stream_tokens(offsets[s + 1] - offsets[s] - prompt, index.ended.back()));
  }
  if (index.starts.back() == tokens_in(storage::counts_of(record))) return index;
  throw Error(ExitCode::bad_data, "read corpus", storage::shard_path(corpus_->path(), record.shard).string(),
              "it holds another number of tokens than the table of shards says", "see `genloss verify`");
}

}  // namespace genloss::workers

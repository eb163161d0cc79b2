#pragma once
// What closed-form families share: "human data" that is a distribution, drawn by counter when it is read.

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/family.hpp"

namespace genloss::workers {

/// Something that has every sample by number: `Value`, values() of them a sample, and draw(sample, out).
template <class Draws>
using ValueOf = typename Draws::Value;

/// Samples [first, first + count) as training units.
template <class Draws>
class DrawnUnits final : public UnitSource {
 public:
  DrawnUnits(Draws draws, std::uint64_t first, std::uint64_t count)
      : draws_(std::move(draws)), first_(first), count_(count), sample_(draws_.values()) {}
  [[nodiscard]] std::uint64_t units() const override { return count_; }
  [[nodiscard]] std::size_t unit_bytes() const override { return sample_.size() * sizeof(ValueOf<Draws>); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    draws_.draw(first_ + unit, sample_);
    std::memcpy(out.data(), sample_.data(), unit_bytes());
  }

 private:
  Draws draws_;
  std::uint64_t first_, count_;
  std::vector<ValueOf<Draws>> sample_;
};

/// Samples of a model into shards.
template <class Draws>
class DrawingSampler final : public Sampler {
 public:
  explicit DrawingSampler(Draws draws) : draws_(std::move(draws)) {}
  void sample(std::uint64_t first, std::uint64_t count, storage::ShardWriter& out, const Heartbeat& beat) override {
    std::vector<ValueOf<Draws>> sample(draws_.values());
    for (std::uint64_t i = 0; i < count; ++i) {
      draws_.draw(first + i, sample);
      out.append(std::as_bytes(std::span(sample)), {});
      if (beat) beat(i + 1);
    }
  }

 private:
  Draws draws_;
};

/// sampling.samples units to train on, and as many others held out; a unit is a sample.
class UnitsOfTruth : public TrainingUnits {
 public:
  explicit UnitsOfTruth(const jobs::StudySpec& spec) : samples_(spec.sampling.samples), seed_(spec.study.seed) {}
  [[nodiscard]] std::uint64_t unit_values() const override { return 1; }
  [[nodiscard]] std::uint64_t human_units(jobs::TrainableSplit) const override { return samples_; }
  [[nodiscard]] storage::Digest human_digest(jobs::TrainableSplit split) const override {
    storage::Sha256 hash;
    hash.digest(data_digest()).number(seed_).number(samples_);
    return hash.text(split == jobs::TrainableSplit::train ? "train" : "held_out").finish();
  }
  [[nodiscard]] std::uint64_t human_samples(jobs::TrainableSplit split) const override { return human_units(split); }
  [[nodiscard]] SampleBlock human_block(jobs::TrainableSplit split, storage::ElementType type, std::uint64_t first,
                                        std::uint64_t count) const override {
    return block_of_units(*open_human(split), type, first, count);
  }
  [[nodiscard]] std::uint64_t corpus_units(const storage::CorpusManifest& corpus) const override {
    return corpus.samples();
  }

 protected:
  /// The split of what `draws` has: the held-out samples come after those to train on.
  template <class Draws>
  [[nodiscard]] std::unique_ptr<UnitSource> split_of(Draws draws, jobs::TrainableSplit split) const {
    return std::make_unique<DrawnUnits<Draws>>(std::move(draws), split == jobs::TrainableSplit::train ? 0 : samples_,
                                               samples_);
  }
  /// The key of the truth's random numbers.
  [[nodiscard]] jobs::RandomKey truth_key() const { return {seed_, jobs::Purpose::truth, 0}; }

 private:
  std::uint64_t samples_, seed_;
};

}  // namespace genloss::workers

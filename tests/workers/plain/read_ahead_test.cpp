// Reading ahead of a training.
#include "workers/mix/read_ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "jobs/error.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;

/// Units that hold their number; one of them cannot be read.
class Counted final : public UnitSource {
 public:
  Counted(std::uint64_t bad, std::atomic<std::uint64_t>* reads) : bad_(bad), reads_(reads) {}
  std::uint64_t units() const override { return 100; }
  std::size_t unit_bytes() const override { return sizeof(std::uint64_t); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    ++*reads_;
    if (unit == bad_) throw Error(ExitCode::bad_data, "read", "unit", "it is damaged");
    std::memcpy(out.data(), &unit, sizeof unit);
  }

 private:
  std::uint64_t bad_;
  std::atomic<std::uint64_t>* reads_;
};

MixReader mix_of(std::uint64_t bad, std::atomic<std::uint64_t>& reads) {
  std::vector<std::unique_ptr<UnitSource>> sources;
  sources.push_back(std::make_unique<Counted>(bad, &reads));
  return {MixPlan{1, "unit", 1, 3, {{HumanSource{}, {}, 100, 100, 0}}}, std::move(sources)};
}

std::vector<std::uint64_t> numbers(std::span<const std::byte> bytes) {
  std::vector<std::uint64_t> all(bytes.size() / sizeof(std::uint64_t));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

constexpr std::uint64_t none = 1000;

TEST(read_ahead, gives_the_units_of_a_ranks_lanes_of_every_step_from_any_step_on) {
  std::atomic<std::uint64_t> reads{0};
  MixReader plain = mix_of(none, reads);
  for (const std::uint64_t first : {0, 7}) {
    MixReader mix = mix_of(none, reads);
    ReadAhead ahead(mix, {first, 20, 8, 2, 3});
    for (std::uint64_t step = first; step < 20; ++step) {
      const auto units = numbers(ahead.next().bytes);
      ASSERT_EQ(units.size(), 3U);
      for (std::uint64_t i = 0; i < 3; ++i) ASSERT_EQ(units[i], plain.origin(step * 8 + 2 + i).unit) << step;
    }
    EXPECT_THROW((void)ahead.next(), Error);
  }
}

TEST(read_ahead, says_the_weight_of_each_unit) {
  std::atomic<std::uint64_t> reads{0};
  const auto sources = [&] {
    std::vector<std::unique_ptr<UnitSource>> two;
    for (int s = 0; s < 2; ++s) two.push_back(std::make_unique<Counted>(none, &reads));
    return two;
  };
  MixPlan plan{1, "unit", 1, 3, {{HumanSource{}, {}, 100, 25, 0}, {CorpusSource{0}, {}, 100, 75, 1}}};
  plan.sources[0].weight = 2.5;
  plan.sources[1].weight = 0;
  MixReader mix(plan, sources()), plain(plan, sources());
  ReadAhead ahead(mix, {3, 20, 8, 2, 3});
  for (std::uint64_t step = 3; step < 20; ++step) {
    const auto units = ahead.next();
    ASSERT_EQ(units.weights.size(), 3U);
    for (std::uint64_t i = 0; i < 3; ++i) {
      ASSERT_EQ(units.weights[i], plain.origin(step * 8 + 2 + i).source == 0 ? 2.5 : 0) << step << " " << i;
    }
  }
}

TEST(read_ahead, throws_in_the_step_whose_unit_cannot_be_read) {
  std::atomic<std::uint64_t> reads{0};
  MixReader plain = mix_of(none, reads);
  const std::uint64_t bad = plain.origin(5 * 4 + 1).unit;
  MixReader mix = mix_of(bad, reads);
  ReadAhead ahead(mix, {0, 20, 4, 0, 4});
  for (int step = 0; step < 5; ++step) EXPECT_EQ(ahead.next().bytes.size(), 32U);
  EXPECT_THROW((void)ahead.next(), Error);
}

TEST(read_ahead, reads_no_more_than_a_step_ahead_and_stops_when_it_is_not_wanted) {
  std::atomic<std::uint64_t> reads{0};
  {
    MixReader mix = mix_of(none, reads);
    ReadAhead ahead(mix, {0, 1'000'000, 4, 0, 4});
    (void)ahead.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_LE(reads.load(), 8U);
}

}  // namespace

// Mixes: quotas, order, selection, and the plan as a document.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "jobs/error.hpp"
#include "workers/mix/mix_reader.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;

/// Units that hold (tag, number).
class Numbers final : public UnitSource {
 public:
  Numbers(std::uint64_t tag, std::uint64_t units, bool in_files = false)
      : tag_(tag), units_(units), in_files_(in_files) {}
  bool in_files() const override { return in_files_; }
  std::uint64_t units() const override { return units_; }
  std::size_t unit_bytes() const override { return 2 * sizeof(std::uint64_t); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    const std::uint64_t pair[2] = {tag_, unit};
    std::memcpy(out.data(), pair, sizeof pair);
  }

 private:
  std::uint64_t tag_, units_;
  bool in_files_;
};

MixSource human(std::uint64_t available, std::uint64_t quota, std::uint32_t selection = 0) {
  return {HumanSource{jobs::TrainableSplit::held_out}, storage::sha256_of("human"), available, quota, selection};
}
MixSource corpus(int generation, std::uint64_t available, std::uint64_t quota, std::uint32_t selection = 0) {
  return {CorpusSource{generation}, storage::sha256_of("corpus"), available, quota, selection};
}
MixPlan plan_of(int generation, std::vector<MixSource> sources) {
  return {generation, "window of 4 tokens", 4, 17, std::move(sources)};
}
MixReader reader_of(MixPlan plan, bool in_files = false) {
  std::vector<std::unique_ptr<UnitSource>> sources;
  for (std::size_t s = 0; s < plan.sources.size(); ++s) {
    sources.push_back(std::make_unique<Numbers>(s, plan.sources[s].available, in_files));
  }
  return {std::move(plan), std::move(sources)};
}
std::vector<std::uint64_t> units_of(MixReader& mix, std::size_t source, std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> units;
  for (auto p = first; p < last; ++p) {
    if (const auto o = mix.origin(p); o.source == source) units.push_back(o.unit);
  }
  return units;
}
std::vector<std::uint64_t> sorted(std::vector<std::uint64_t> v) {
  std::sort(v.begin(), v.end());
  return v;
}

TEST(interleave, takes_the_source_that_lags_most) {
  Interleave blend({2, 1});
  // errors before each choice: (2/3, 1/3) (1/3, 2/3) (1, 0)
  std::vector<std::size_t> sources;
  for (std::uint64_t p = 0; p < 6; ++p) sources.push_back(blend.at(p).source);
  EXPECT_EQ(sources, (std::vector<std::size_t>{0, 1, 0, 0, 1, 0}));
}

TEST(interleave, begins_with_the_largest_source) {
  Interleave blend({1, 2});
  const std::vector<std::size_t> expected{1, 0, 1};
  for (std::uint64_t p = 0; p < 3; ++p) EXPECT_EQ(blend.at(p).source, expected[p]);
}

TEST(interleave, gives_ties_to_the_first) {
  Interleave blend({5, 5});
  for (std::uint64_t p = 0; p < 10; ++p) EXPECT_EQ(blend.at(p).source, p % 2);
}

TEST(interleave, fills_quotas_exactly_and_never_strays) {
  const std::vector<std::uint64_t> quotas{1, 97, 13, 500, 29};
  Interleave blend(quotas);
  std::vector<std::uint64_t> taken(quotas.size(), 0);
  for (std::uint64_t p = 0; p < 640; ++p) {
    const auto [source, ordinal] = blend.at(p);
    EXPECT_EQ(ordinal, taken[source]++);
    for (std::size_t s = 0; s < quotas.size(); ++s) {
      EXPECT_NEAR(static_cast<double>(taken[s]), static_cast<double>(quotas[s]) * (p + 1) / 640, 2.0);
    }
  }
  EXPECT_EQ(taken, quotas);
}

TEST(interleave, answers_the_same_in_any_order) {
  for (const auto& quotas : {std::vector<std::uint64_t>{7, 3, 5}, {14, 6, 10}}) {
    Interleave forward(quotas), jumping(quotas);
    std::vector<Interleave::Place> places;
    for (std::uint64_t p = 0; p < 15; ++p) places.push_back(forward.at(p));
    for (const std::uint64_t p : {14, 2, 2, 9, 0, 13, 1}) {
      const auto place = jumping.at(p);
      EXPECT_EQ(place.source, places[p].source);
      EXPECT_EQ(place.ordinal, places[p].ordinal);
    }
  }
}

TEST(interleave, refuses_nothing_to_train_on) { EXPECT_THROW(Interleave({0, 0}), Error); }

TEST(mix_reader, an_epoch_is_every_selected_unit_once_and_epochs_differ_in_order) {
  auto mix = reader_of(plan_of(1, {corpus(0, 30, 30), human(50, 10)}));
  for (std::size_t source = 0; source < 2; ++source) {
    const auto first = units_of(mix, source, 0, 40);
    const auto second = units_of(mix, source, 40, 80);
    EXPECT_EQ(std::set<std::uint64_t>(first.begin(), first.end()).size(), source == 0 ? 30U : 10U);
    EXPECT_EQ(sorted(first), sorted(second));
    EXPECT_NE(first, second);
  }
}

TEST(mix_reader, equal_selection_keeps_units_over_generations_and_another_one_draws_afresh) {
  auto now = reader_of(plan_of(1, {corpus(0, 30, 30), human(500, 50, 0)}));
  auto later = reader_of(plan_of(2, {corpus(0, 30, 30), corpus(1, 30, 30), human(500, 50, 0)}));
  auto fresh = reader_of(plan_of(2, {corpus(1, 30, 30), human(500, 50, 2)}));
  const auto kept = units_of(now, 1, 0, 80);
  EXPECT_EQ(sorted(kept), sorted(units_of(later, 2, 0, 110)));
  EXPECT_NE(kept, units_of(later, 2, 0, 110)) << "the order is drawn anew in every generation";
  EXPECT_NE(sorted(kept), sorted(units_of(fresh, 1, 0, 80)));
}

TEST(mix_reader, a_larger_quota_of_one_selection_holds_the_smaller_one) {
  auto small = reader_of(plan_of(1, {human(500, 50)}));
  auto large = reader_of(plan_of(1, {human(500, 80)}));
  const auto few = sorted(units_of(small, 0, 0, 50)), many = sorted(units_of(large, 0, 0, 80));
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
}

TEST(unit_order, takes_every_selected_unit_once_an_epoch_where_units_lie_in_files) {
  constexpr std::uint64_t run = run_units;
  for (const std::uint64_t available : {std::uint64_t{1}, run - 1, run, run + 1, 5 * run + 100, 13 * run}) {
    for (const std::uint64_t quota : {std::uint64_t{1}, available / 3 + 1, available - available / 50, available}) {
      auto mix = reader_of(plan_of(1, {corpus(0, available, quota, 5)}), true);
      const auto first = units_of(mix, 0, 0, quota), second = units_of(mix, 0, quota, 2 * quota);
      EXPECT_EQ(std::set<std::uint64_t>(first.begin(), first.end()).size(), quota) << available << " " << quota;
      EXPECT_LT(std::ranges::max(first), available);
      EXPECT_EQ(sorted(first), sorted(second));
      if (quota > 20) {
        EXPECT_NE(first, second);
      }
      // Any place can be asked for alone, as a training that goes on does.
      auto fresh = reader_of(plan_of(1, {corpus(0, available, quota, 5)}), true);
      const std::uint64_t place = quota + quota * 2 / 3;
      EXPECT_EQ(fresh.origin(place).unit, second[place - quota]);
    }
  }
}

TEST(unit_order, keeps_a_selection_of_runs_over_generations_and_a_larger_one_holds_it) {
  constexpr std::uint64_t all = 20 * run_units + 70;
  const auto taken = [](int generation, std::uint64_t quota, std::uint32_t selection) {
    auto mix = reader_of(plan_of(generation, {corpus(0, all, quota, selection)}), true);
    return units_of(mix, 0, 0, quota);
  };
  for (std::uint32_t selection = 0; selection < 8; ++selection) {
    std::vector<std::uint64_t> fewer;
    for (const std::uint64_t quota :
         {std::uint64_t{100}, run_units, 9 * run_units + 30, 17 * run_units, all - 1, all}) {
      const auto now = taken(1, quota, selection), later = taken(2, quota, selection);
      EXPECT_EQ(sorted(now), sorted(later));
      EXPECT_NE(now, later);
      const auto units = sorted(now);
      EXPECT_TRUE(std::includes(units.begin(), units.end(), fewer.begin(), fewer.end())) << quota;
      if (quota == 9 * run_units + 30) {
        EXPECT_NE(units, sorted(taken(1, quota, selection + 1)));
      }
      fewer = units;
    }
  }
}

TEST(unit_order, selects_every_unit_as_often_as_any_other) {
  constexpr std::uint64_t all = 3 * run_units + 128, quota = all / 4;
  std::vector<int> taken(all, 0);
  constexpr int draws = 400;
  for (std::uint32_t selection = 0; selection < draws; ++selection) {
    auto mix = reader_of(plan_of(1, {corpus(0, all, quota, selection)}), true);
    for (const auto unit : units_of(mix, 0, 0, quota)) ++taken[unit];
  }
  // Of the last, shorter run too: a run comes whole, so the numbers of its units go together.
  const auto mean = [&](std::uint64_t first, std::uint64_t last) {
    double sum = 0;
    for (std::uint64_t unit = first; unit < last; ++unit) sum += taken[unit];
    return sum / static_cast<double>(last - first) / draws;
  };
  EXPECT_NEAR(mean(0, run_units), 0.25, 0.1);
  EXPECT_NEAR(mean(3 * run_units, all), 0.25, 0.1);
}

/// How often a file is opened that is not among the `open` last used, reading positions [0, count).
std::uint64_t openings(MixReader& mix, std::uint64_t count, std::uint64_t shard, std::size_t open) {
  std::vector<std::pair<std::size_t, std::uint64_t>> files;  // most recent last
  std::uint64_t opened = 0;
  for (std::uint64_t p = 0; p < count; ++p) {
    const auto [source, unit] = mix.origin(p);
    const std::pair file{source, unit / shard};
    const auto found = std::find(files.begin(), files.end(), file);
    if (found != files.end()) {
      files.erase(found);
    } else {
      ++opened;
      if (files.size() >= open) files.erase(files.begin());
    }
    files.push_back(file);
  }
  return opened;
}

TEST(unit_order, opens_a_file_for_many_units_whatever_the_size_of_shards) {
  constexpr std::size_t open = 384;
  constexpr std::uint64_t units = 100'000;
  for (const std::uint64_t shard : {5, 10, 100, 1000, 20'000}) {
    auto mix = reader_of(plan_of(1, {corpus(0, units, units)}), true);
    // Once and a little for small shards, for large ones once in a run of units.
    EXPECT_LE(openings(mix, units, shard, open), units / shard + 2 * units / run_units) << shard;
  }
  std::vector<MixSource> ten;
  for (int g = 0; g < 10; ++g) ten.push_back(corpus(g, units / 10, units / 10));
  auto mix = reader_of(plan_of(10, ten), true);
  EXPECT_LE(openings(mix, units, 10, open), units / 10 + 2 * units / run_units);
}

TEST(unit_order, separates_neighbours) {
  auto mix = reader_of(plan_of(1, {corpus(0, 100'000, 100'000)}), true);
  std::uint64_t neighbours = 0;
  for (std::uint64_t p = 0, last = 0; p < 10'000; ++p) {
    const std::uint64_t unit = mix.origin(p).unit;
    if (p > 0 && unit == last + 1) ++neighbours;
    last = unit;
  }
  EXPECT_LT(neighbours, 10'000U / 300);  // in buffers of 1024
}

TEST(mix_reader, reads_what_origin_says) {
  auto mix = reader_of(plan_of(3, {corpus(2, 9, 4), human(20, 5)}));
  ASSERT_EQ(mix.unit_bytes(), 16U);
  for (std::uint64_t p = 0; p < 27; ++p) {
    std::uint64_t pair[2];
    mix.read(p, std::as_writable_bytes(std::span{pair}));
    const auto origin = mix.origin(p);
    EXPECT_EQ(pair[0], origin.source);
    EXPECT_EQ(pair[1], origin.unit);
  }
}

TEST(mix_reader, refuses_sources_the_plan_was_not_made_for) {
  std::vector<std::unique_ptr<UnitSource>> sources;
  sources.push_back(std::make_unique<Numbers>(0, 29));
  EXPECT_THROW(MixReader(plan_of(1, {corpus(0, 30, 30)}), std::move(sources)), Error);
}

TEST(mix_plan, survives_the_trip_through_json) {
  const auto plan = plan_of(4, {corpus(3, 30, 20, 4), human(50, 10, 0)});
  const auto again = MixPlan::parse(nlohmann::json::parse(plan.json().dump()), "mix.json");
  EXPECT_EQ(again.digest(), plan.digest());
  EXPECT_EQ(again.json(), plan.json());
  EXPECT_EQ(again.units(), 30U);
}

TEST(mix_plan, names_the_file_of_each_index_and_equal_ones_once) {
  auto plan = plan_of(4, {corpus(3, 30, 20, 4), human(50, 10, 0), corpus(3, 30, 10, 4), corpus(2, 9, 9)});
  const MixIndex some{storage::sha256_of("some"), 30, "length top 50 %"}, other{storage::sha256_of("other"), 9, "x"};
  plan.sources[0].index = plan.sources[2].index = some;
  plan.sources[3].index = other;
  EXPECT_EQ(plan.index_file(0), "index-0.bin");
  EXPECT_EQ(plan.index_file(2), "index-0.bin");
  EXPECT_EQ(plan.index_file(3), "index-1.bin");
  const auto again = MixPlan::parse(nlohmann::json::parse(plan.json().dump()), "mix.json");
  EXPECT_EQ(again.json(), plan.json());
  EXPECT_EQ(again.sources[3].index->digest, other.digest);
  plan.sources[3].index->by = "in other words";
  EXPECT_EQ(again.digest(), plan.digest()) << "what was chosen counts";
}

TEST(mix_plan, every_field_is_in_the_digest) {
  const auto plan = plan_of(4, {corpus(3, 30, 20, 4), human(50, 10, 0)});
  std::set<storage::Digest> digests{plan.digest()};
  const auto changed = [&](auto change) {
    auto other = plan;
    change(other);
    EXPECT_TRUE(digests.insert(other.digest()).second);
  };
  changed([](MixPlan& p) { p.generation = 5; });
  changed([](MixPlan& p) { p.unit = "sample"; });
  changed([](MixPlan& p) { p.unit_values = 5; });
  changed([](MixPlan& p) { p.seed = 18; });
  changed([](MixPlan& p) { p.sources.pop_back(); });
  changed([](MixPlan& p) { p.sources[0].index = MixIndex{storage::sha256_of("some"), 30, "length top 50 %"}; });
  changed([](MixPlan& p) { p.sources[0].index = MixIndex{storage::sha256_of("others"), 30, "length top 50 %"}; });
  changed([](MixPlan& p) { std::swap(p.sources[0], p.sources[1]); });
  changed([](MixPlan& p) { p.sources[0].origin = CorpusSource{2}; });
  changed([](MixPlan& p) { p.sources[1].origin = HumanSource{jobs::TrainableSplit::train}; });
  changed([](MixPlan& p) { p.sources[0].digest = storage::sha256_of("other"); });
  changed([](MixPlan& p) { p.sources[0].available = 31; });
  changed([](MixPlan& p) { p.sources[0].quota = 21; });
  changed([](MixPlan& p) { p.sources[0].selection = 5; });
}

TEST(mix_plan, refuses_a_document_that_was_changed) {
  const auto plan = plan_of(4, {corpus(3, 30, 20, 4), human(50, 10, 0)});
  const auto refused = [&](auto change) {
    auto document = nlohmann::json::parse(plan.json().dump());
    change(document);
    try {
      (void)MixPlan::parse(document, "mix.json");
      ADD_FAILURE() << "accepted " << document;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::bad_data);
      EXPECT_EQ(e.object(), "mix.json");
    }
  };
  refused([](auto& j) { j["seed"] = 18; });
  refused([](auto& j) { j["sources"][1]["human"] = "test"; });
  refused([](auto& j) { j["sources"][0]["quota"] = 31; });
  refused([](auto& j) { j.erase("unit"); });
  refused([](auto& j) { j = 3; });
}
}  // namespace

// Policies that choose by a column over frequencies of symbols: each generation against its closed form, given the one
// before it, within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/oracles/choice_forms.hpp"
#include "tests/orchestrator/policy_planner.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/categorical/categorical_family.hpp"
#include "workers/families/categorical/categorical_options.hpp"

namespace genloss {
namespace {

using oracles::Frequencies;
using Chain = tests::ClosedFormChain<workers::CategoricalFamily>;
constexpr int samples = 12'000;

/// A chain whose column is a table of symbols' values.
class ChoosingChain {
 public:
  ChoosingChain(const std::string& policy, std::vector<double> table, int symbols)
      : table_(std::move(table)), self_(comms::make_self()) {
    spec_.study.family = "categorical";
    spec_.study.seed = 21;
    auto& options = spec_.parts.of<workers::CategoricalOptions>();
    options.symbols = symbols;
    options.replicates = 1;
    options.exponent = 0.5;
    spec_.sampling.samples = samples;
    spec_.sampling.shard_samples = 4000;
    spec_.policy.name = policy;
    spec_.policy.column = "reward";
  }
  [[nodiscard]] jobs::StudySpec& spec() { return spec_; }

  /// The frequencies of the model of each generation.
  std::vector<Frequencies> run(int generations) {
    const auto plan = [this](int n, const workers::Family& family, const auto& corpora) {
      orchestrator::Pools pools = orchestrator::pools_of_humans(spec_, family, n);
      for (const auto& corpus : corpora) {
        pools.corpora.push_back({corpus.generation, family.units().corpus_units(corpus), corpus.digest()});
      }
      pools.columns = [this](const std::string&, int g) { return rewards_of(g); };
      pools.chosen = [this](int g, std::span<const std::uint64_t> chosen) {
        auto made = std::make_shared<const storage::ChosenSamples>(chain_->corpus(g), chosen);
        return orchestrator::Pools::Chosen{made, made->size()};
      };
      auto made = plan_mix(spec_.policy, pools);
      units_.push_back(made.units());
      return made;
    };
    chain_ = std::make_unique<Chain>(spec_, Chain::Planner(plan), *self_);
    std::vector<Frequencies> all;
    for (int n = 0; n < generations; ++n) {
      (void)chain_->step();
      const auto row = workers::load_categorical(chain_->model_folder(n));
      all.emplace_back(row.of(0).begin(), row.of(0).end());
    }
    return all;
  }
  [[nodiscard]] std::uint64_t units(int generation) const { return units_.at(static_cast<std::size_t>(generation)); }

 private:
  [[nodiscard]] std::vector<double> rewards_of(int generation) const {
    std::vector<double> values;
    const storage::CorpusReader& corpus = chain_->corpus(generation);
    for (std::uint64_t s = 0; s < corpus.samples(); ++s) {
      std::uint32_t symbol = 0;
      const auto bytes = corpus.sample_values(s);
      std::memcpy(&symbol, bytes.data(), sizeof symbol);
      values.push_back(table_.at(symbol));
    }
    return values;
  }

  jobs::StudySpec spec_;
  std::vector<double> table_;
  std::unique_ptr<comms::Communicator> self_;
  std::unique_ptr<Chain> chain_;
  std::vector<std::uint64_t> units_;
};

const std::vector<double> rewards = {0.0, 1.0, -0.5, 2.0, 0.3};

/// The largest distance of a generation from what `expected` makes of the one before, in standard errors.
template <class Expected>
double farthest(ChoosingChain& chain, const Expected& expected) {
  const auto models = chain.run(4);
  double most = 0;
  for (std::size_t n = 1; n < models.size(); ++n) {
    const auto wanted = expected(models[n - 1], models[0], static_cast<double>(chain.units(static_cast<int>(n))));
    most = std::max(most, oracles::distance(models[n], wanted));
  }
  return most;
}

}  // namespace

TEST(choosing_policies, one_of_two_by_a_reward_is_cf17) {
  const auto cf17 = [](int k) {
    return [k](const Frequencies& p, const Frequencies&, double units) {
      return oracles::Drawn{oracles::curated(p, rewards, k), units};
    };
  };
  ChoosingChain two("curated", rewards, 5), again("curated", rewards, 5), three("curated", rewards, 5);
  EXPECT_LT(farthest(two, cf17(2)), 4);
  EXPECT_EQ(two.units(1), static_cast<std::uint64_t>(samples / 2));
  EXPECT_GT(farthest(again, cf17(3)), 4) << "a wrong number of choices is not noticed";
  three.spec().policy.select = "softmax 3";
  EXPECT_LT(farthest(three, cf17(3)), 4);
}

TEST(choosing_policies, curation_beside_reference_data_mixes_at_l_to_one) {
  const auto at_share = [](double human) {
    return [human](const Frequencies& p, const Frequencies& first, double units) {
      return oracles::beside(oracles::Drawn{oracles::curated(p, rewards, 2), (1 - human) * units},
                             oracles::Drawn{first, human * units}, samples);
    };
  };
  for (const double asked : {0.25, 0.35}) {
    ChoosingChain chain("curated", rewards, 5);
    chain.spec().policy.human_beside = 0.25;  // l = 3
    chain.spec().policy.human_pool = jobs::TrainableSplit::train;
    chain.spec().policy.human_draw = jobs::HumanDraw::redrawn;
    if (asked == 0.25) {
      EXPECT_LT(farthest(chain, at_share(asked)), 4);
    } else {
      EXPECT_GT(farthest(chain, at_share(asked)), 4) << "a wrong quota is not noticed";
    }
  }
}

TEST(choosing_policies, a_verifier_that_errs_keeps_wrong_samples_as_cf18_says) {
  const std::vector<double> is_right = {1, 0, 1, 0};
  const auto cf18 = [&](double hits, double false_hits) {
    return [&, hits, false_hits](const Frequencies& p, const Frequencies&, double units) {
      return oracles::Drawn{oracles::verified(p, is_right, hits, false_hits), units};
    };
  };
  ChoosingChain chain("verified", is_right, 4), again("verified", is_right, 4), oracle("verified", is_right, 4);
  chain.spec().policy.select = again.spec().policy.select = "above 0.5 hits 0.8 false 0.5";
  EXPECT_LT(farthest(chain, cf18(0.8, 0.5)), 4);
  EXPECT_GT(farthest(again, cf18(0.8, 0.6)), 4) << "a wrong rate is not noticed";
  const auto models = oracle.run(2);
  EXPECT_EQ(models[1][1] + models[1][3], 0) << "nothing wrong is kept by an oracle";
}

TEST(choosing_policies, exclusion_by_label_leaves_its_share_of_the_effective_sample) {
  // 300 symbols, of which two thirds are labelled: what is left of M samples estimates as its alpha M samples do, where
  // provenance is known (CF20), and not as M.
  std::vector<double> label(300, 0.0);
  std::fill_n(label.begin(), 200, 1.0);
  ChoosingChain chain("excluded", label, 300);
  const auto models = chain.run(2);
  const Frequencies wanted = oracles::verified(models[0], label, 0, 1);
  double alpha = 0;
  for (std::size_t x = 0; x < label.size(); ++x) alpha += label[x] == 0 ? models[0][x] : 0;
  const auto off = [&](double size) { return oracles::off_in_squares(models[1], {wanted, size}); };
  EXPECT_LT(std::abs(off(alpha * samples)), 4);
  EXPECT_GT(std::abs(off(samples)), 4) << "the effective sample is not noticed";
  EXPECT_LT(std::abs(static_cast<double>(chain.units(1)) - alpha * samples),
            4 * std::sqrt(samples * alpha * (1 - alpha)));
}

}  // namespace genloss

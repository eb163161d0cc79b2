// Policies that choose by a column, through the program: closed forms within 4 standard errors, and equal digests at
// any number of ranks.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "storage/files/durable.hpp"
#include "tests/oracles/choice_forms.hpp"
#include "tests/support/program.hpp"
#include "workers/families/categorical/categorical_model.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
using oracles::Frequencies;
constexpr int samples = 30'000;

/// A study whose column `reward` is a table of symbols' values.
std::string study_of(const Scratch& scratch, int symbols, const std::string& table, const std::string& policy) {
  const auto file = scratch.path() / "study.ini";
  std::ofstream(file) << "[study]\nname = choices\nfamily = categorical\ngenerations = 4\nseed = 5\n"
                      << "[categorical]\nsymbols = " << symbols
                      << "\nreplicates = 1\ndistribution = zipf\nexponent = 0.5\n"
                      << "[sampling]\nsamples = " << samples << "\nshard_samples = 4000\n"
                      << "[columns]\nreward = value table=" << table << "\n"
                      << "[policy]\ncolumn = reward\n"
                      << policy;
  return file.string();
}

/// Units of the mix of a generation, as its mix.json says.
std::uint64_t units_of(const std::filesystem::path& run, int n) {
  std::uint64_t units = 0;
  const auto file = run / ("generation-00" + std::to_string(n)) / "mix.json";
  const auto document = storage::read_json(file, "genloss mix", 1);
  for (const auto& source : document.at("sources")) units += source.at("quota").get<std::uint64_t>();
  return units;
}

struct Generation {
  Frequencies model;
  double units = 0;  ///< of its mix
};

/// The generations of a study at 1 and at 3 ranks, which have equal digests.
std::vector<Generation> models_of(int symbols, const std::string& table, const std::string& policy) {
  const Scratch scratch;
  std::map<std::string, std::string> alone;
  std::vector<Generation> models;
  for (const int ranks : {1, 3}) {
    const std::string runs = scratch.runs("ranks-" + std::to_string(ranks));
    const Outcome outcome =
        genloss(ranks, {"run", study_of(scratch, symbols, table, policy), "--runtime.runs=" + runs});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    const auto run = only_run(runs);
    const auto digests = verified_digests(run);
    if (ranks > 1) {
      EXPECT_EQ(digests, alone);
      return models;
    }
    alone = digests;
    for (int n = 0; n < 4; ++n) {
      const auto model = workers::load_categorical(run / ("generation-00" + std::to_string(n)) / "model");
      models.push_back({{model.of(0).begin(), model.of(0).end()}, static_cast<double>(units_of(run, n))});
    }
  }
  return models;
}

/// The largest distance of a generation from what `expected` makes of the one before, in standard errors.
template <class Expected>
double farthest(const std::vector<Generation>& models, const Expected& expected) {
  double most = 0;
  for (std::size_t n = 1; n < models.size(); ++n) {
    most = std::max(
        most, oracles::distance(models[n].model, expected(models[n - 1].model, models[0].model, models[n].units)));
  }
  return most;
}

}  // namespace

TEST(choices, one_of_two_by_a_reward_is_cf17) {
  const std::vector<double> rewards = {0, 1, -0.5, 2, 0.3};
  const auto models = models_of(5, "0,1,-0.5,2,0.3", "name = curated\n");
  const auto cf17 = [&](int k) {
    return farthest(models, [&](const Frequencies& p, const Frequencies&, double) {
      return oracles::Drawn{oracles::curated(p, rewards, k), samples / 2.0};
    });
  };
  EXPECT_LT(cf17(2), 4);
  EXPECT_GT(cf17(3), 4) << "a wrong number of choices is not noticed";
}

TEST(choices, curation_beside_reference_data_mixes_at_l_to_one) {
  const std::vector<double> rewards = {0, 1, -0.5, 2, 0.3};
  const auto models =
      models_of(5, "0,1,-0.5,2,0.3",
                "name = curated\nhuman_beside = 0.25\nhuman_pool = train\nhuman_draw = redrawn\nsize = 20000\n");
  const auto at_share = [&](double human) {
    return farthest(models, [&](const Frequencies& p, const Frequencies& first, double) {
      return oracles::beside({oracles::curated(p, rewards, 2), (1 - human) * 20000}, {first, human * 20000}, samples);
    });
  };
  EXPECT_LT(at_share(0.25), 4);
  EXPECT_GT(at_share(0.35), 4) << "a wrong quota is not noticed";
}

TEST(choices, a_verifier_that_errs_keeps_wrong_samples_as_cf18_says) {
  const std::vector<double> is_right = {1, 0, 1, 0};
  const auto models = models_of(4, "1,0,1,0", "name = verified\nselect = above 0.5 hits 0.8 false 0.5\n");
  const auto cf18 = [&](double false_hits) {
    return farthest(models, [&](const Frequencies& p, const Frequencies&, double units) {
      return oracles::Drawn{oracles::verified(p, is_right, 0.8, false_hits), units};
    });
  };
  EXPECT_LT(cf18(0.5), 4);
  EXPECT_GT(cf18(0.6), 4) << "a wrong rate is not noticed";
}

TEST(choices, exclusion_by_label_leaves_its_share_of_the_effective_sample) {
  // Two thirds of 300 symbols are labelled: what is left of M samples estimates as its alpha M samples do, where
  // provenance is known (CF20), and not as M.
  std::string table;
  std::vector<double> label;
  for (int x = 0; x < 300; ++x) {
    label.push_back(x < 200 ? 1 : 0);
    table += std::string(x == 0 ? "" : ",") + (x < 200 ? "1" : "0");
  }
  const auto models = models_of(300, table, "name = excluded\n");
  double alpha = 0;
  for (std::size_t x = 0; x < label.size(); ++x) alpha += label[x] == 0 ? models[0].model[x] : 0;
  const Frequencies wanted = oracles::verified(models[0].model, label, 0, 1);
  EXPECT_LT(std::abs(oracles::off_in_squares(models[1].model, {wanted, alpha * samples})), 4);
  EXPECT_GT(std::abs(oracles::off_in_squares(models[1].model, {wanted, 1.0 * samples})), 4)
      << "the effective sample is not noticed";
}

}  // namespace genloss

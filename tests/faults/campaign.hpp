#pragma once
// What the campaigns share: how much is asked for, the seed, and what a finished run must look like.

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

#include "tests/support/program.hpp"

namespace genloss::tests {

/// A campaign ends after so many kills or so much time, whatever comes first: totals of several add up.
struct CampaignSize {
  int kills = 0;
  double seconds = 0;
  std::uint64_t seed = 0;
};
/// GENLOSS_CAMPAIGN_KILLS, GENLOSS_CAMPAIGN_SECONDS and GENLOSS_CAMPAIGN_SEED; what is not set: `few` kills, half an
/// hour, and a seed drawn by chance.
[[nodiscard]] CampaignSize campaign_size(int few);

/// Counts a campaign, and tells: a line per run when it is long, and a last line to quote.
class CampaignTally {
 public:
  CampaignTally(std::string name, const CampaignSize& size);
  [[nodiscard]] bool wants_more() const;
  [[nodiscard]] int kills() const noexcept { return kills_; }
  [[nodiscard]] std::mt19937_64& random() noexcept { return random_; }
  [[nodiscard]] double uniform(double low, double high) { return std::uniform_real_distribution<>(low, high)(random_); }
  [[nodiscard]] int one_of(int first, int last) { return std::uniform_int_distribution<>(first, last)(random_); }
  /// For messages of assertions: "seed 7, kill 12".
  [[nodiscard]] std::string where() const;

  void killed() noexcept { ++kills_; }
  /// A run has come to its end. @param what it was, for people
  void ended(bool equal, std::size_t left_over, const std::string& what);
  ~CampaignTally();
  CampaignTally(const CampaignTally&) = delete;
  CampaignTally& operator=(const CampaignTally&) = delete;

 private:
  [[nodiscard]] double seconds() const;
  std::string name_;
  CampaignSize size_;
  std::mt19937_64 random_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  int kills_ = 0, runs_ = 0, equal_ = 0;
  std::size_t left_over_ = 0;
};

}  // namespace genloss::tests

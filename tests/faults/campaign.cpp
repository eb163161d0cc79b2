#include "tests/faults/campaign.hpp"

#include <cstdio>
#include <cstdlib>

namespace genloss::tests {
namespace {

/// The variable's number, or `otherwise`.
double number(const char* variable, double otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr || *text == '\0' ? otherwise : std::strtod(text, nullptr);
}

constexpr int long_from = 20;  // kills; below, the last line is enough

}  // namespace

CampaignSize campaign_size(int few) {
  const auto by_chance = static_cast<double>(std::random_device()());
  return {static_cast<int>(number("GENLOSS_CAMPAIGN_KILLS", few)), number("GENLOSS_CAMPAIGN_SECONDS", 1700),
          static_cast<std::uint64_t>(number("GENLOSS_CAMPAIGN_SEED", by_chance))};
}

CampaignTally::CampaignTally(std::string name, const CampaignSize& size)
    : name_(std::move(name)), size_(size), random_(size.seed) {
  std::printf("%s: seed %llu\n", name_.c_str(), static_cast<unsigned long long>(size_.seed));
  std::fflush(stdout);
}

double CampaignTally::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

bool CampaignTally::wants_more() const { return kills_ < size_.kills && seconds() < size_.seconds; }

std::string CampaignTally::where() const {
  return name_ + ", seed " + std::to_string(size_.seed) + ", kill " + std::to_string(kills_);
}

void CampaignTally::ended(bool equal, std::size_t left_over, const std::string& what) {
  ++runs_;
  equal_ += equal ? 1 : 0;
  left_over_ += left_over;
  if (size_.kills < long_from) return;
  std::printf("  %d of %d kills, %.0f s: %s: %s, %zu left over\n", kills_, size_.kills, seconds(), what.c_str(),
              equal ? "equal digests" : "OTHER DIGESTS", left_over);
  std::fflush(stdout);
}

CampaignTally::~CampaignTally() {
  std::printf("campaign %s: %d kills, %d runs, %d with equal digests, %zu left over, seed %llu, %.0f s\n",
              name_.c_str(), kills_, runs_, equal_, left_over_, static_cast<unsigned long long>(size_.seed), seconds());
  std::fflush(stdout);
}

}  // namespace genloss::tests

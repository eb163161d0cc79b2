#include "workers/measures/verdict/profile.hpp"

#include <algorithm>

namespace genloss::workers {
namespace {

/// The signs that a stage is told by, the most telling first.
std::vector<Sign> signs_of(Stage stage) {
  switch (stage) {
    case Stage::early:
      return {Sign::tails, Sign::narrowing};
    case Stage::late:
      return {Sign::repeating, Sign::narrowing, Sign::overrating, Sign::tails};
    case Stage::noise:
      return {Sign::noise};
    case Stage::none:
      break;
  }
  return {};
}

Stage stage_of(const std::vector<Change>& changes) {
  const auto signs = [&](Sign sign) {
    return std::count_if(changes.begin(), changes.end(), [&](const Change& c) { return c.sign() == sign; });
  };
  const auto shows = [&](Sign sign) { return signs(sign) > 0; };
  const auto narrower = signs(Sign::narrowing) + signs(Sign::tails);
  if (shows(Sign::repeating) && (narrower > 0 || shows(Sign::overrating))) return Stage::late;
  // Noise costs rare words too: half-broken words are none. What it does not do is repeat itself or lose variety.
  if (signs(Sign::noise) >= 2 && !shows(Sign::narrowing)) return Stage::noise;
  // One measure of many is no pattern.
  if (narrower >= 2) return Stage::early;
  return Stage::none;
}

}  // namespace

std::string_view name_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::early:
      return "early";
    case Stage::late:
      return "late";
    case Stage::noise:
      return "noise";
    case Stage::none:
      break;
  }
  return "none";
}

Profile profile_of(const std::vector<Change>& changes) {
  Profile profile{stage_of(changes), {}, {}, {}};
  const auto signs = signs_of(profile.stage);
  for (const Sign sign : signs) {
    for (const auto& change : changes) {
      if (change.sign() == sign) profile.evidence.push_back(change);
    }
  }
  for (const auto& change : changes) {
    if (change.record->of_rise == Sign::forgetting) profile.quality.push_back(change);
    if (change.material && std::find(signs.begin(), signs.end(), change.sign()) == signs.end())
      profile.besides.push_back(change);
  }
  return profile;
}

std::string describe(const Profile& profile, std::size_t most) {
  std::string text(name_of(profile.stage));
  for (std::size_t i = 0; i < std::min(most, profile.evidence.size()); ++i) {
    text += (i == 0 ? ": " : "; ") + describe(profile.evidence[i]);
  }
  if (profile.evidence.size() > most) text += "; and " + std::to_string(profile.evidence.size() - most) + " more";
  for (const auto& change : profile.quality) text += "; " + describe(change);
  return text;
}

}  // namespace genloss::workers

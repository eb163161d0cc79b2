#include <algorithm>
#include <numeric>

#include "jobs/error.hpp"
#include "workers/mix/mix_reader.hpp"

namespace genloss::workers {

// The pattern repeats: after total / gcd(quotas) positions all errors are zero again. So quotas are kept divided by
// their greatest common divisor, and no count ever runs over more than one period.
Interleave::Interleave(std::vector<std::uint64_t> quotas) : quotas_(std::move(quotas)), taken_(quotas_.size(), 0) {
  std::uint64_t divisor = 0;
  for (const auto quota : quotas_) divisor = std::gcd(divisor, quota);
  if (divisor == 0) throw Error(ExitCode::internal, "interleave", "mix", "there is no unit to train on");
  for (auto& quota : quotas_) {
    quota /= divisor;
    total_ += quota;
  }
}

Interleave::Place Interleave::at(std::uint64_t position) {
  const std::uint64_t period = position / total_;
  const std::uint64_t wanted = position % total_;
  if (wanted < next_) {
    std::fill(taken_.begin(), taken_.end(), 0);
    next_ = 0;
  }
  std::size_t chosen = 0;
  // Errors times total_, in 128 bits: exact. Before a choice they add up to total_ > 0, so the largest is positive,
  // so a source that has its quota is never chosen.
  for (; next_ <= wanted; ++next_) {
    const auto error = [&](std::size_t s) {
      __extension__ using Wide = __int128;
      return static_cast<Wide>(quotas_[s]) * (next_ + 1) - static_cast<Wide>(taken_[s]) * total_;
    };
    chosen = 0;
    for (std::size_t s = 1; s < quotas_.size(); ++s) {
      if (error(s) > error(chosen)) chosen = s;
    }
    ++taken_[chosen];
  }
  return {chosen, period * quotas_[chosen] + taken_[chosen] - 1};
}

}  // namespace genloss::workers

#include "workers/families/chain_fitting.hpp"

#include "comms/buffer.hpp"

namespace genloss::workers {

void ChainFitting::begin_pass() {
  if (stop_agreed(job_.ranks, job_.stop_requested)) throw FitStopped{};
}

void ChainFitting::end_pass() {
  ++done_;
  if (!job_.report || !job_.ranks.is_root()) return;
  TrainProgress progress;
  progress.step = done_;
  progress.steps = std::max(passes_, done_);
  progress.tokens = units();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  progress.tokens_per_second = static_cast<double>(units() * done_) / std::max(seconds, 1e-9);
  job_.report(progress);
}

std::vector<double> ChainFitting::each_chain(
    std::uint64_t values, std::uint64_t count, std::string_view what,
    const std::function<void(std::uint64_t chain, const Samples& samples, std::span<double> fitted)>& fit,
    std::size_t most_bytes) {
  begin_pass();
  const auto ranks = static_cast<std::uint64_t>(job_.ranks.size()), me = static_cast<std::uint64_t>(job_.ranks.rank());
  const std::uint64_t part = (replicates_ + ranks - 1) / ranks, all = units();
  const std::uint64_t first = std::min(replicates_, part * me), end = std::min(replicates_, first + part);
  const std::uint64_t at_once =
      std::max<std::uint64_t>(1, most_bytes / std::max<std::uint64_t>(1, all * values * sizeof(double)));
  std::vector<double> mine(part * count, 0.0), weights(all), unit(replicates_ * values), samples;
  const bool of_bytes = job_.mix.unit_bytes() == unit.size();
  std::vector<std::uint8_t> bytes(of_bytes ? unit.size() : 0);
  job_.ranks.together(what, [&] {
    for (std::uint64_t begin = first; begin < end; begin += at_once) {
      const std::uint64_t chains = std::min(at_once, end - begin);
      samples.resize(chains * all * values);
      for (std::uint64_t position = 0; position < all; ++position) {
        weights[position] = job_.mix.read(
            position, of_bytes ? std::as_writable_bytes(std::span(bytes)) : std::as_writable_bytes(std::span(unit)));
        if (of_bytes) std::copy(bytes.begin(), bytes.end(), unit.begin());
        for (std::uint64_t c = 0; c < chains; ++c) {
          std::copy_n(unit.begin() + static_cast<std::ptrdiff_t>((begin + c) * values), values,
                      samples.begin() + static_cast<std::ptrdiff_t>((c * all + position) * values));
        }
      }
      for (std::uint64_t c = 0; c < chains; ++c) {
        fit(begin + c, {std::span(samples).subspan(c * all * values, all * values), weights},
            std::span(mine).subspan((begin - first + c) * count, count));
      }
    }
  });
  std::vector<double> fitted(part * ranks * count);
  job_.ranks.all_gather(comms::buffer_of(std::span<const double>(mine)), comms::buffer_of(std::span(fitted)), what);
  fitted.resize(replicates_ * count);
  end_pass();
  return fitted;
}

}  // namespace genloss::workers

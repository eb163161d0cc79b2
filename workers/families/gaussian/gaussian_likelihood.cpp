#include "workers/families/gaussian/gaussian_likelihood.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

class GaussianReader final : public SampleReader {
 public:
  explicit GaussianReader(GaussianModel model) : model_(std::move(model)), factors_(cholesky_factors(model_)) {}

  [[nodiscard]] Surprisals read(const SampleBlock& block) override {
    const std::uint64_t values = model_.replicates * model_.dimension;
    Surprisals surprisals;
    std::vector<double> x(values);
    for (std::size_t i = 0; i < block.samples(); ++i) {
      const auto bytes = block.drawn(i);
      if (block.type != storage::ElementType::f64 || bytes.size() != values * sizeof(double)) {
        throw Error(ExitCode::bad_data, "score", "sample " + std::to_string(block.first + i),
                    "it is not " + std::to_string(values) + " reals, as the model draws them",
                    "the model is of another study");
      }
      std::memcpy(x.data(), bytes.data(), bytes.size());
      for (std::uint64_t r = 0; r < model_.replicates; ++r) surprisals.nats.push_back(nats_of(r, x));
      surprisals.starts.push_back(surprisals.nats.size());
    }
    return surprisals;
  }

 private:
  /// Forward substitution: z = L^-1 (x - mean), -ln p = sum (z^2 / 2 + ln L_ii + ln(2 pi) / 2).
  [[nodiscard]] double nats_of(std::uint64_t r, std::span<const double> sample) const {
    constexpr double rounding = 1e-12;  // of what a draw adds up
    const std::uint64_t d = model_.dimension;
    const auto mean = model_.mean(r);
    const double* factor = factors_.data() + r * d * d;
    const auto x = sample.subspan(r * d, d);
    std::vector<double> z(d, 0.0);
    double nats = 0;
    for (std::uint64_t i = 0; i < d; ++i) {
      double rest = x[i] - mean[i], scale = std::abs(x[i]) + std::abs(mean[i]);
      for (std::uint64_t j = 0; j < i; ++j) {
        rest -= factor[i * d + j] * z[j];
        scale += std::abs(factor[i * d + j] * z[j]);
      }
      const double width = factor[i * d + i];
      if (width > 0) {
        z[i] = rest / width;
        nats += 0.5 * z[i] * z[i] + std::log(width) + 0.5 * std::log(2 * std::numbers::pi);
      } else if (std::abs(rest) > rounding * scale) {
        return std::numeric_limits<double>::infinity();
      }
    }
    return nats;
  }

  GaussianModel model_;
  std::vector<double> factors_;
};

}  // namespace

std::unique_ptr<SampleReader> gaussian_reader(GaussianModel model) {
  return std::make_unique<GaussianReader>(std::move(model));
}

}  // namespace genloss::workers

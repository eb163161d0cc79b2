#pragma once
// Distributions over numbered symbols: the true one, and what decoding makes of a model's.

#include <cstdint>
#include <span>
#include <vector>

#include "jobs/study_spec.hpp"
#include "workers/families/categorical/categorical_options.hpp"

namespace genloss::workers {

/// The distribution that stands for human data, [symbols], descending. uniform: 1 / K. zipf: p_i ~ i^-s.
/// zipf_mandelbrot: p_i ~ (i + q)^-s (Mandelbrot 1953). counts: relative frequencies of the words of a text, all of
/// them, ties in the order of bytes.
/// @throws Error(bad_data) if the text cannot be read or holds no word
[[nodiscard]] std::vector<double> true_distribution(const CategoricalOptions& options);

/// What a model is sampled by: p_i^(1/T), and of that the likeliest as top_k, min_p and top_p say, in this order, as a
/// language model's tokens are (T = 0: the likeliest alone, the first of equal ones); normalised. In place.
void decode(const jobs::SamplingSection& sampling, std::span<double> probabilities);

/// Sums p_0, p_0 + p_1, ...; the last is exactly 1 from the last symbol on that can be drawn.
[[nodiscard]] std::vector<double> cumulated(std::span<const double> probabilities);

/// The symbol of a uniform number in [0, 1): the first whose cumulated probability exceeds it.
[[nodiscard]] std::uint32_t symbol_at(std::span<const double> cumulated, double uniform);

}  // namespace genloss::workers

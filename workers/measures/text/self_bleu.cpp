#include "workers/measures/text/self_bleu.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

#include "jobs/heartbeat.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {
namespace {

/// The largest count of an n-gram in one sample, whose it is, and the largest in any other.
struct Most {
  std::uint32_t first = 0, second = 0, owner = 0;
};

double brevity_penalty(const std::vector<double>& lengths, std::span<const std::uint32_t> chosen, std::uint32_t own) {
  const double length = lengths[own];
  double closest = std::numeric_limits<double>::infinity();
  for (const auto i : chosen) {
    if (i == own) continue;
    const double gap = std::abs(lengths[i] - length), best = std::abs(closest - length);
    if (gap < best || (gap == best && lengths[i] < closest)) closest = lengths[i];
  }
  return length >= closest ? 1 : std::exp(1 - closest / length);
}

}  // namespace

BleuSamples::BleuSamples(const WordSamples& text, std::size_t most, std::size_t words) {
  for (std::size_t n = 1; n <= orders; ++n) types_[n - 1] = text.types(n);
  for (const auto& sample : text.samples()) {
    beat("count word sequences");
    const auto length = std::min(words, sample.words().size());
    if (length < orders) continue;
    if (lengths_.size() == most) break;
    lengths_.push_back(static_cast<double>(length));
    auto& of_sample = counts_.emplace_back();
    for (std::size_t n = 1; n <= orders; ++n) {
      const auto first = sample.of[n - 1].begin();
      std::vector<std::uint32_t> ngrams(first, first + static_cast<std::ptrdiff_t>(length - n + 1));
      std::sort(ngrams.begin(), ngrams.end());
      for (const auto ngram : ngrams) {
        auto& counts = of_sample[n - 1];
        if (counts.empty() || counts.back().first != ngram) counts.emplace_back(ngram, 0);
        ++counts.back().second;
      }
    }
  }
}

double BleuSamples::self_bleu(std::span<const std::uint32_t> chosen) const {
  if (chosen.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> log_precision(chosen.size(), 0.0);
  for (std::size_t n = 0; n < orders; ++n) {
    std::vector<Most> most(types_[n]);
    for (const auto s : chosen) {
      beat("count word sequences");
      for (const auto& [ngram, times] : counts_[s][n]) {
        Most& m = most[ngram];
        if (times > m.first) {
          m = {times, m.first, s};
        } else {
          m.second = std::max(m.second, times);
        }
      }
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      beat("compare samples");
      double matched = 0, all = 0;
      for (const auto& [ngram, times] : counts_[chosen[i]][n]) {
        const Most& m = most[ngram];
        matched += std::min(times, m.owner == chosen[i] ? m.second : m.first);
        all += times;
      }
      log_precision[i] += std::log(std::max(matched, 0.1) / all) / orders;
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    sum += brevity_penalty(lengths_, chosen, chosen[i]) * std::exp(log_precision[i]);
  return sum / static_cast<double>(chosen.size());
}

double vendi_score(std::span<const double> kernel, std::size_t size) {
  double entropy = 0;
  for (const double eigenvalue : eigen_of_symmetric(kernel, size).values) {
    const double share = eigenvalue / static_cast<double>(size);
    if (share > 0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

std::vector<double> word_kernel(const WordSamples& text, std::span<const std::uint32_t> samples) {
  const Lexicon& lexicon = text.lexicon();
  std::vector<std::map<std::uint32_t, double>> bags;
  for (const auto s : samples) {
    std::map<std::uint32_t, double> bag;
    for (const auto word : text.samples()[s].words()) ++bag[word];
    double squares = 0;
    for (auto& [word, weight] : bag) {
      weight *= word < lexicon.size() ? lexicon.information(word) : lexicon.most_information();
      squares += weight * weight;
    }
    for (auto& entry : bag) entry.second /= std::sqrt(squares);
    bags.push_back(std::move(bag));
  }
  const std::size_t n = bags.size();
  std::vector<double> kernel(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    beat("compare samples");
    kernel[i * n + i] = 1;
    for (std::size_t j = 0; j < i; ++j) {
      double cosine = bags[i].empty() && bags[j].empty() ? 1 : 0;  // samples without a word are alike
      for (const auto& [word, weight] : bags[i]) {
        const auto other = bags[j].find(word);
        if (other != bags[j].end()) cosine += weight * other->second;
      }
      kernel[i * n + j] = kernel[j * n + i] = cosine;
    }
  }
  return kernel;
}

}  // namespace genloss::workers

#include "workers/measures/text/byte_ngrams.hpp"

#include <algorithm>
#include <cmath>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"

namespace genloss::workers {
namespace {

/// The last `bytes` bytes of a packed string.
std::uint64_t last_bytes(std::uint64_t packed, std::size_t bytes) {
  return bytes >= 8 ? packed : packed & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

std::uint64_t append(std::uint64_t packed, char byte) { return (packed << 8) | static_cast<unsigned char>(byte); }

/// Sorts, and counts what is equal.
void count(std::vector<std::uint64_t>& keys, std::vector<std::uint32_t>& counts) {
  std::sort(keys.begin(), keys.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (kept > 0 && keys[kept - 1] == keys[i]) {
      ++counts.back();
      continue;
    }
    keys[kept++] = keys[i];
    counts.push_back(1);
  }
  keys.resize(kept);
  keys.shrink_to_fit();
}

double discount_of(const std::vector<std::uint32_t>& counts) {
  const auto n = [&](std::uint32_t c) { return static_cast<double>(std::count(counts.begin(), counts.end(), c)); };
  const double once = n(1), twice = n(2);
  return once == 0 || twice == 0 ? 0.5 : once / (once + 2 * twice);
}

}  // namespace

ByteNgrams::ByteNgrams(std::span<const std::string_view> texts, int order) {
  if (order < 1 || order > largest_order) {
    throw Error(ExitCode::internal, "count n-grams", "of " + std::to_string(order) + " bytes", "the order is 1 to 8");
  }
  const auto n = static_cast<std::size_t>(order);
  orders_.resize(n);
  auto& longest = orders_.back();
  for (const auto text : texts) {
    beat("count bytes");
    std::uint64_t window = 0;
    const auto add = [&](char byte) { longest.keys.push_back(last_bytes(window = append(window, byte), n)); };
    for (const char byte : text) add(byte);
    add('\0');
  }
  count(longest.keys, longest.counts);
  for (std::size_t k = n - 1; k-- > 0;) {
    for (const auto key : orders_[k + 1].keys) orders_[k].keys.push_back(last_bytes(key, k + 1));
    count(orders_[k].keys, orders_[k].counts);
  }
  for (auto& level : orders_) level.discount = discount_of(level.counts);
}

std::uint64_t ByteNgrams::packed(std::string_view context) const {
  std::uint64_t key = 0;
  for (const char byte : context.substr(context.size() - std::min(context.size(), orders_.size() - 1)))
    key = append(key, byte);
  return key;
}

ByteNgrams::Continuations ByteNgrams::find(const Order& order, std::uint64_t context) {
  const auto first = std::lower_bound(order.keys.begin(), order.keys.end(), context << 8);
  Continuations found;
  found.begin = found.end = static_cast<std::size_t>(first - order.keys.begin());
  for (; found.end < order.keys.size() && order.keys[found.end] >> 8 == context; ++found.end)
    found.total += order.counts[found.end];
  return found;
}

ByteNgrams::Distribution ByteNgrams::after(std::string_view context) const {
  const std::uint64_t key = packed(context);
  Distribution p;
  p.fill(1.0 / 256);
  for (std::size_t k = 0; k < orders_.size(); ++k) {
    const Order& order = orders_[k];
    const auto found = find(order, last_bytes(key, k));
    if (found.begin == found.end) break;  // a context never seen: nor was a longer one
    const double rest = order.discount * static_cast<double>(found.end - found.begin) / found.total;
    for (double& x : p) x *= rest;
    for (std::size_t i = found.begin; i < found.end; ++i) {
      p[order.keys[i] & 0xff] += (order.counts[i] - order.discount) / found.total;
    }
  }
  return p;
}

double ByteNgrams::probability(std::string_view context, char next) const {
  const std::uint64_t key = packed(context);
  double p = 1.0 / 256;
  for (std::size_t k = 0; k < orders_.size(); ++k) {
    const Order& order = orders_[k];
    const std::uint64_t shorter = last_bytes(key, k), wanted = append(shorter, next);
    const auto found = find(order, shorter);
    if (found.begin == found.end) break;
    p *= order.discount * static_cast<double>(found.end - found.begin) / found.total;
    const auto begin = order.keys.begin() + static_cast<std::ptrdiff_t>(found.begin);
    const auto end = order.keys.begin() + static_cast<std::ptrdiff_t>(found.end);
    const auto it = std::lower_bound(begin, end, wanted);
    if (it != end && *it == wanted)
      p += (order.counts[static_cast<std::size_t>(it - order.keys.begin())] - order.discount) / found.total;
  }
  return p;
}

double ByteNgrams::nats(std::string_view text) const {
  double sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) sum -= std::log(probability(text.substr(0, i), text[i]));
  return sum;
}

}  // namespace genloss::workers

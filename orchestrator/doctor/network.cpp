#include <algorithm>
#include <chrono>

#include "comms/mpi/message_passing.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/doctor/checks.hpp"

namespace genloss::orchestrator::doctor {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int latency_repeats = 21, bandwidth_repeats = 5;
constexpr std::size_t large = std::size_t{4} << 20;  // bytes
/// With more hosts than this only so many partners of each are tried.
constexpr int most_rounds = 31;
constexpr double poor = 0.5;

struct Link {
  double microseconds = 0, megabytes_per_second = 0;
};

double seconds_from(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Of an all-reduce over `ranks`: the median time of 8 bytes, and the best rate of 4 MiB.
Link measure(comms::Communicator& ranks) {
  double value = 1;
  std::vector<double> small;
  for (int i = 0; i < latency_repeats; ++i) {
    const auto begin = Clock::now();
    ranks.all_reduce(comms::buffer_of(std::span(&value, 1)), comms::ReduceOp::max, "a small all-reduce");
    small.push_back(seconds_from(begin));
  }
  std::vector<float> values(large / sizeof(float), 1.0F);
  std::vector<double> big;
  for (int i = 0; i < bandwidth_repeats; ++i) {
    const auto begin = Clock::now();
    ranks.all_reduce(comms::buffer_of(std::span(values)), comms::ReduceOp::max, "a large all-reduce");
    big.push_back(seconds_from(begin));
  }
  return {median(small) * 1e6, static_cast<double>(large) / 1e6 / *std::min_element(big.begin(), big.end())};
}

std::string text_of(const Link& link) {
  return fixed_text(link.microseconds, 0) + " us for 8 bytes, " + fixed_text(link.megabytes_per_second, 0) +
         " MB/s for 4 MiB";
}

/// Who meets whom in a round: the circle method of round-robin tournaments, where every pair meets once in hosts - 1
/// rounds (hosts even). -1: nobody.
int partner(int host, int hosts, int round) {
  const int places = hosts + hosts % 2;
  const int last = places - 1;
  int other;
  if (host == last) {
    other = round * (places / 2) % last;  // the host that would meet itself
  } else {
    other = ((round - host) % last + last) % last;
    if (other == host) other = last;
  }
  return other < hosts ? other : -1;
}

struct Pair {
  int a = 0, b = 0;
  Link link;
};

/// One round on all ranks; the links of this round's pairs, on all ranks.
std::vector<Pair> play(const Site& site, int round) {
  const int hosts = static_cast<int>(site.hosts().size());
  const int host = site.host_of(site.ranks().rank());
  const int other = site.i_lead() ? partner(host, hosts, round) : -1;
  const bool plays = other >= 0;
  // Who does not play is in a group of its own.
  const int color = plays ? std::min(host, other) : hosts + site.ranks().rank();
  const auto pair = site.ranks().split(color, site.ranks().rank());
  Link link;
  if (plays) link = measure(*pair);
  const auto latencies = site.all(link.microseconds, "latencies of links");
  const auto rates = site.all(link.megabytes_per_second, "rates of links");
  std::vector<Pair> pairs;
  for (int a = 0; a < hosts; ++a) {
    const int b = partner(a, hosts, round);
    const auto leader = static_cast<std::size_t>(site.leader(a));
    if (b > a) pairs.push_back({a, b, {latencies[leader], rates[leader]}});
  }
  return pairs;
}

std::string text_of(const Site& site, const Pair& pair) {
  return site.hosts()[static_cast<std::size_t>(pair.a)] + " - " + site.hosts()[static_cast<std::size_t>(pair.b)] +
         ": " + text_of(pair.link);
}

Diagnostics between_hosts(const Site& site) {
  const int hosts = static_cast<int>(site.hosts().size());
  const int all_rounds = hosts + hosts % 2 - 1, rounds = std::min(all_rounds, most_rounds);
  std::vector<Pair> pairs;
  for (int round = 0; round < rounds; ++round) {
    const auto more = play(site, round);
    pairs.insert(pairs.end(), more.begin(), more.end());
  }
  std::vector<double> rates;
  rates.reserve(pairs.size());
  for (const Pair& pair : pairs) rates.push_back(pair.link.megabytes_per_second);
  const double usual = median(rates);
  const auto worst = std::min_element(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
    return x.link.megabytes_per_second < y.link.megabytes_per_second;
  });
  Diagnostics findings;
  if (rounds < all_rounds) {
    findings.push_back(ok("network", std::to_string(rounds) + " of " + std::to_string(all_rounds) +
                                         " partners of each host are tried: " + std::to_string(pairs.size()) +
                                         " pairs, median " + fixed_text(usual, 0) + " MB/s"));
  } else if (pairs.size() <= 10) {
    for (const Pair& pair : pairs) findings.push_back(ok("network", text_of(site, pair)));
  } else {
    findings.push_back(ok("network", "all " + std::to_string(pairs.size()) + " pairs of hosts: median " +
                                         fixed_text(usual, 0) + " MB/s"));
  }
  const std::string slowest = "slowest pair " + text_of(site, *worst);
  findings.push_back(worst->link.megabytes_per_second >= poor * usual
                         ? ok("network", slowest)
                         : warning("network", slowest,
                                   "look at the cables and interfaces of these two, or leave one out; "
                                   "OMPI_MCA_btl_tcp_if_include names the interface to use"));
  return findings;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

Diagnostics transports(const Site& site) {
  const comms::MessagePassing mpi = comms::message_passing();
  if (!mpi.started) return {ok("network", "one process without a launcher: nothing is sent")};
  std::string mine = joined(mpi.transports);
  if (mine.empty()) mine = "chosen by the library";
  if (!mpi.tcp_interfaces.empty()) mine += " (tcp over " + mpi.tcp_interfaces + ")";
  const auto all = site.texts(mine, "transports");
  Diagnostics findings{ok("network", "transports on " + site.hosts().front() + ", best first: " + mine)};
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    if (all[rank] == mine) continue;
    findings.push_back(warning("network", "transports on " + site.name(static_cast<int>(rank)) + ": " + all[rank],
                               "give all hosts the same OMPI_MCA_* settings and the same MPI installation"));
    break;
  }
  return findings;
}

}  // namespace

Diagnostics check_network(const Site& site) {
  Diagnostics findings = transports(site);
  if (site.ranks().size() == 1) return findings;
  const int mine = site.host_of(site.ranks().rank());
  const auto host = site.ranks().split(mine, site.ranks().rank());
  Link inside;
  if (host->size() > 1) inside = measure(*host);
  const auto latencies = site.all(inside.microseconds, "latency within hosts");
  const auto rates = site.all(inside.megabytes_per_second, "rate within hosts");
  if (site.ranks_on(0) > 1) {
    findings.push_back(ok("network", "within " + site.hosts().front() + ", all-reduce of its " +
                                         std::to_string(site.ranks_on(0)) +
                                         " ranks: " + text_of(Link{latencies.front(), rates.front()})));
  }
  if (site.hosts().size() > 1) {
    const Diagnostics more = between_hosts(site);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  return findings;
}

}  // namespace genloss::orchestrator::doctor

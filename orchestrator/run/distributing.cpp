// How a group's ranks share work that has many items, and how the results of measuring outlive a start.

#include <cstring>
#include <memory>

#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/run/maker.hpp"
#include "orchestrator/run/sealed_results.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// What is left of a pass that was done costs less to do again than to seal.
constexpr double worth_sealing_seconds = 0.25;

/// Items of [0, items) that are not in `done`, as bytes; empty where nothing is done.
std::string missing_items(const ItemResults& done, std::uint64_t items) {
  std::string missing;
  for (std::uint64_t item = 0; !done.empty() && item < items; ++item) {
    if (done.count(item) == 0) missing.append(reinterpret_cast<const char*>(&item), sizeof item);
  }
  return missing;
}

std::uint64_t item_at(const std::string& missing, std::uint64_t index) {
  std::uint64_t item = index;
  if (!missing.empty()) std::memcpy(&item, missing.data() + index * sizeof item, sizeof item);
  return item;
}

}  // namespace

workers::Distribute Maker::distribute() const {
  return [this](std::string_view what, std::uint64_t items, const std::function<void(std::uint64_t)>& work) {
    PassOptions options = pass_options();
    options.progress = [this](std::uint64_t done, std::uint64_t all) {
      context_.console.progress(done, all, "blocks");
    };
    options.stop_requested = context_.stop_requested;
    const auto item_work = [&](std::uint64_t item, const workers::Heartbeat& beat) {
      work(item);
      beat(1);
    };
    if (granted_pass(context_.ranks, what, items, item_work, options)) return;
    context_.console.end("stopped");
    throw workers::Stopped{};
  };
}

workers::DistributeResults Maker::distribute_results(const fs::path& work, double Pace::*piece,
                                                     const std::string& state) {
  return [this, work, piece, state, pass = std::make_shared<int>(0)](std::string_view what, std::uint64_t items,
                                                                     const auto& item_work) {
    return results_of_pass(work / "blocks" / std::to_string((*pass)++), what, items, piece, state, item_work);
  };
}

workers::DistributeResults Maker::distribute_in_memory() {
  return [this](std::string_view what, std::uint64_t items, const auto& work) {
    std::string mine;
    const Work item_work = [&](std::uint64_t item, const workers::Heartbeat& beat) {
      put_result(mine, item, work(item));
      beat(1);
    };
    PassOptions options = pass_options();
    options.stop_requested = context_.stop_requested;
    if (!granted_pass(context_.ranks, what, items, item_work, options)) throw workers::Stopped{};
    ItemResults all;
    for (const auto& bytes : context_.ranks.gather(std::as_bytes(std::span(mine)), 0, what)) {
      take_results({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, all);
    }
    std::vector<std::vector<std::byte>> results;
    for (auto& [item, result] : all) results.push_back(std::move(result));
    return results;
  };
}

std::vector<std::vector<std::byte>> Maker::results_of_pass(
    const fs::path& folder, std::string_view what, std::uint64_t items, double Pace::*piece, const std::string& state,
    const std::function<std::vector<std::byte>(std::uint64_t)>& work) {
  const std::string maker = context_.start.program + " " + context_.start.commit;
  ItemResults all;  // root
  const std::string told = on_root("read what is measured", [&] {
    all = read_sealed_results(folder, items, maker);
    return std::to_string(all.size()) + "\n" + missing_items(all, items);
  });
  const std::uint64_t there = std::stoull(told), left = items - there;
  const std::string missing = told.substr(told.find('\n') + 1);
  if (there > 0) {
    context_.console.progress(there, items, "blocks");
    context_.console.line("  " + std::string(what) + ": " + std::to_string(there) + " of " + std::to_string(items) +
                          " blocks are there from an earlier start");
  }

  ResultBlocks blocks(folder, items, maker, context_.attempt + "-rank-" + std::to_string(context_.ranks.rank()));
  std::string mine;
  std::uint64_t done_here = 0;
  const Work item_work = [&](std::uint64_t index, const workers::Heartbeat& beat) {
    const double begin = context_.budget.now();
    const std::uint64_t item = item_at(missing, index);
    const std::vector<std::byte> result = work(item);
    const double seconds = context_.budget.now() - begin;
    context_.budget.took(piece, seconds);
    put_result(mine, item, result);
    blocks.add(item, result, seconds);
    fault_point(state + ":block-" + std::to_string(++done_here));
    beat(1);
  };
  PassOptions options = pass_options();
  options.progress = [&](std::uint64_t done, std::uint64_t) {
    context_.console.progress(there + done, items, "blocks");
  };
  options.stop_requested = [&] { return context_.stop_requested() || !context_.budget.fits(piece); };
  const bool complete = granted_pass(context_.ranks, what, left, item_work, options);
  context_.ranks.together("seal what is measured", [&] { blocks.seal(complete ? worth_sealing_seconds : 0); });
  for (const auto& bytes : context_.ranks.gather(std::as_bytes(std::span(mine)), 0, what)) {
    take_results({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, all);
  }
  if (!complete) {
    context_.console.end("stopped after " + std::to_string(all.size()) + " of " + std::to_string(items) +
                         " blocks, which are kept");
    throw workers::Stopped{};
  }
  std::vector<std::vector<std::byte>> results;
  for (auto& [item, result] : all) results.push_back(std::move(result));
  return results;
}

void Maker::show_measuring(int n, const fs::path& work) {
  on_root("begin to measure", [&] {
    storage::create_directories_durably(work / "blocks");
    link_generation(n, &GenerationPaths::measuring, work / "blocks");
    return std::string();
  });
}

void Maker::hide_measuring(int n) {
  for (const RunPaths& view : views_) storage::remove_durably(view.generation(n).measuring());
}

}  // namespace genloss::orchestrator

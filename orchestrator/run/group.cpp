#include "orchestrator/run/group.hpp"

#include <cstdio>
#include <exception>
#include <thread>

#include "comms/error_text.hpp"
#include "jobs/error.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "storage/files/durable.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto word_wait = "wait", word_end = "end";
constexpr double seconds_between_words = 5;
constexpr auto pause_before_later = std::chrono::milliseconds(100);

}  // namespace

Group::Group(GroupContext context, std::unique_ptr<workers::Family> family)
    : context_(std::move(context)), family_(std::move(family)) {
  if (!context_.ranks.is_root()) return;
  // The limit of silence follows measured times; whoever has not got on for several such limits is not waited for.
  constexpr int limits = 3;
  Claimant self{context_.run.root.string(), context_.attempt};
  self.hang = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * limits * context_.deadline_seconds));
  claims_ = std::make_unique<Claims>(Store(context_.chains.front().spec.runtime.runs), std::move(self));
}

RunPaths Group::folder(int chain) const {
  const jobs::Chain& of = context_.chains[static_cast<std::size_t>(chain)];
  return of.folder.empty() ? context_.run : RunPaths{context_.run.root / of.folder, context_.run.root, of.name};
}

void Group::describe_chain(int chain) {
  const RunPaths paths = folder(chain);
  const jobs::StudySpec& spec = context_.chains[static_cast<std::size_t>(chain)].spec;
  if (const auto text = context_.texts.folder(spec); !text.empty()) point_to(paths.human_text(), text);
  if (paths.root == context_.run.root) return;
  storage::create_directories_durably(paths.root);
  record_study(paths, spec, *family_, study_digest(spec, *family_));
}

void Group::take_up(int chain) {
  if (maker_ && chain == chain_) return;
  maker_.reset();
  const jobs::StudySpec& spec = context_.chains[static_cast<std::size_t>(chain)].spec;
  if (chain != chain_ || !family_) {
    family_.reset();  // before the next one: they may be large
    auto human = context_.texts.open(context_.ranks, spec);
    context_.ranks.root_first("the family",
                              [&] { family_ = workers::make_family(spec, context_.accelerator, std::move(human)); });
  }
  chain_ = chain;
  context_.ranks.root_first("the study", [&] {
    check_before_start(spec, *family_, context_.ranks.size());
    if (context_.ranks.is_root()) describe_chain(chain);
  });
  maker_ = std::make_unique<Maker>(MakerContext{.spec = spec,
                                                .family = *family_,
                                                .ranks = context_.ranks,
                                                .console = context_.console,
                                                .store = Store(spec.runtime.runs),
                                                .claims = claims_.get(),
                                                .paths = folder(chain),
                                                .other =
                                                    [this, chain](const OtherChain& of) {
                                                      const auto other = other_chain(context_.chains, chain, of);
                                                      if (other) return folder(*other);
                                                      throw Error(ExitCode::internal, "read another chain", of.text(),
                                                                  "it is not among those of this job");
                                                    },
                                                .start = context_.start,
                                                .attempt = context_.attempt,
                                                .budget = context_.budget,
                                                .times = times_,
                                                .deadline_seconds = context_.deadline_seconds,
                                                .stop_requested =
                                                    [this] {
                                                      beat_(0);
                                                      return stop_ || stop_signal_received();
                                                    }});
}

ItemEnd Group::make_together(std::uint64_t index) {
  const Node& node = context_.nodes[index];
  generation_ = std::max(0, node.generation);
  std::vector<RunPaths> views;
  for (const int chain : node.chains) views.push_back(folder(chain));
  try {
    take_up(node.chains.front());
    // A chain of which every node is shared is never taken up, and needs a study of its own to be read by.
    if (node.kind == NodeKind::mix && node.chains.size() > 1) {
      context_.ranks.root_first("the study", [&] {
        if (!context_.ranks.is_root()) return;
        for (const int chain : node.chains) describe_chain(chain);
      });
    }
    if (node.generation >= 0) maker_->open_text();
    const std::string titles = jobs::titles_of(context_.chains, node.chains);
    return maker_->make(node, views, titles.empty() ? "" : titles + ": ", context_.stay_dropped[index]);
  } catch (const workers::Stopped&) {
    maker_.reset();  // lets go of what it has claimed
    return {ItemEnd::Kind::stopped, {}};
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data || context_.chains.size() == 1) throw;
    maker_.reset();
    family_.reset();
    const jobs::Chain& chain = context_.chains[static_cast<std::size_t>(node.chains.front())];
    const std::string text = "chain " + chain.name + " is closed: " + error.what();
    context_.log(text);
    if (context_.ranks.is_root()) std::fprintf(stderr, "genloss: %s\n", text.c_str());
    return {ItemEnd::Kind::closed, {}};
  }
}

ItemEnd Group::make(std::uint64_t node, const workers::Heartbeat& beat) {
  const double begin = steady_seconds();
  beat_ = beat;
  if (context_.ranks.size() > 1) (void)context_.ranks.broadcast_text(std::to_string(node), 0, "the next node");
  const ItemEnd end = make_together(node);
  if (end.kind == ItemEnd::Kind::later) std::this_thread::sleep_for(pause_before_later);
  beat_ = [](std::uint64_t) {};
  busy_seconds_ += steady_seconds() - begin;
  told_at_ = steady_seconds();
  return end;
}

void Group::wait() {
  if (context_.ranks.size() == 1 || steady_seconds() - told_at_ < seconds_between_words) return;
  (void)context_.ranks.broadcast_text(word_wait, 0, "the next node");
  told_at_ = steady_seconds();
}

void Group::dismiss() {
  if (context_.ranks.size() > 1) (void)context_.ranks.broadcast_text(word_end, 0, "the next node");
}

void Group::follow() {
  for (;;) {
    const std::string word = context_.ranks.broadcast_text("", 0, "the next node");
    if (word == word_end) return;
    if (word != word_wait) (void)make_together(std::stoull(word));
  }
}

}  // namespace genloss::orchestrator

#pragma once
// What the threads that draw one shard share: which sample comes next, and the finished ones until it is their turn.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace genloss::workers {

/// Why a sample ended: the values of the column "stop_reason".
enum class StopReason : std::uint8_t {
  length = 0,          ///< max_tokens were drawn
  end_of_document = 1  ///< the end-of-document token was drawn; it is not among the sample's values
};

/// A sample while it is drawn.
struct Sample {
  std::uint64_t id = 0;
  std::vector<std::int32_t> values;        ///< prompt and drawn tokens
  std::size_t prompt = 0;                  ///< of these, the prompt
  std::uint64_t document = 0, offset = 0;  ///< where the prompt stands (Prompt)
  std::size_t context_begin = 0;  ///< element (end-of-document token if there is no prompt, values...) at position 0
  double log_probability = 0;
  StopReason stop = StopReason::length;
  bool started = false, finished = false;
};

/// Hands out the ids [first, first + count) in ascending order, each once, and gives finished samples back in that
/// order. For any number of threads.
class SampleQueue {
 public:
  SampleQueue(std::uint64_t first, std::uint64_t count);
  /// The next id that nobody has drawn, if there is one and nobody has failed.
  [[nodiscard]] std::optional<std::uint64_t> next();
  void finish(Sample sample);
  /// Finished samples that are next in order, removed from the queue. Waits up to `milliseconds` for one.
  [[nodiscard]] std::vector<Sample> take_ready(int milliseconds);
  /// Samples given to finish() so far.
  [[nodiscard]] std::uint64_t finished() const;
  /// Nobody shall go on: next() gives nothing any more.
  void fail();
  [[nodiscard]] bool failed() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Sample> waiting_;
  std::uint64_t next_, end_, next_ready_, finished_ = 0;
  bool failed_ = false;
};

}  // namespace genloss::workers

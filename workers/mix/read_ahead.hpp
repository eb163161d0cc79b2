#pragma once
// Reads the units of the next step while the one at hand is trained on.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "workers/mix/mix_reader.hpp"

namespace genloss::workers {

/// A thread that reads one step ahead. While this object lives, nobody else may use the mix or what its sources read
/// from: HDF5 is not thread-safe.
class ReadAhead {
 public:
  /// Step s takes units at positions [s * stride + offset, s * stride + offset + count).
  struct Steps {
    std::uint64_t first = 0, last = 0;  ///< steps [first, last)
    std::uint64_t stride = 0, offset = 0, count = 0;
  };
  ReadAhead(MixReader& mix, Steps steps);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The units of a step, one after the other, and the weight of each in the loss.
  struct Units {
    std::span<const std::byte> bytes;
    std::span<const double> weights;
  };
  /// Those of the next step, until the next call. Waits for them, with signs of life.
  /// @throws what reading them threw; there are no more units then
  [[nodiscard]] Units next();

  struct Times {
    double reading = 0;  ///< processor seconds of the thread
    double waiting = 0;  ///< seconds that next() has waited
  };
  [[nodiscard]] Times times() const;

 private:
  void read_steps();
  [[nodiscard]] bool wait_for_room();

  MixReader& mix_;
  const Steps steps_;
  struct Buffer {
    std::vector<std::byte> bytes;
    std::vector<double> weights;
  };
  Buffer buffers_[2];
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t read_ = 0, released_ = 0;  // steps that have been read, and whose units are not in use any more
  bool handed_out_ = false, stopping_ = false;
  std::exception_ptr error_;
  Times times_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace genloss::workers

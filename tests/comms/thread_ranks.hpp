#pragma once
// Ranks as threads of one process: any rank count in one test program. Only what LaneReduction needs.

#include <barrier>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "comms/single_rank.hpp"

namespace genloss::tests {

class ThreadRanks final : public comms::SingleRank {
 public:
  struct Hall {
    explicit Hall(int size) : blocks(static_cast<std::size_t>(size)), meet(size) {}
    std::vector<const std::byte*> blocks;
    std::barrier<> meet;
  };
  ThreadRanks(Hall& hall, int rank) : hall_(hall), rank_(rank) {}

  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return static_cast<int>(hall_.blocks.size()); }
  [[nodiscard]] std::string_view name() const noexcept override { return "threads"; }
  [[nodiscard]] std::unique_ptr<Communicator> split(int, int) override { return nullptr; }
  void all_to_all(comms::ConstBuffer in, comms::Buffer out, std::string_view) override {
    const std::size_t block = in.bytes() / hall_.blocks.size();
    hall_.blocks[static_cast<std::size_t>(rank_)] = static_cast<const std::byte*>(in.data);
    hall_.meet.arrive_and_wait();
    for (std::size_t r = 0; r < hall_.blocks.size(); ++r) {
      const auto* from = hall_.blocks[r] + static_cast<std::size_t>(rank_) * block;
      std::memcpy(static_cast<std::byte*>(out.data) + r * block, from, block);
    }
    hall_.meet.arrive_and_wait();
  }

  /// Calls `body` as every rank of `size`.
  static void run(int size, const std::function<void(comms::Communicator&)>& body) {
    Hall hall(size);
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < size; ++rank) {
      threads.emplace_back([&hall, &body, rank] {
        ThreadRanks ranks(hall, rank);
        body(ranks);
      });
    }
  }

 private:
  Hall& hall_;
  int rank_;
};

}  // namespace genloss::tests

#pragma once
// Rank 0's side of a pass: takes requests out of the mail, has the grant desk answer them, watches the clock.

#include <chrono>
#include <cstdint>
#include <string>

#include "comms/mailbox.hpp"
#include "orchestrator/dispatch/grant_desk.hpp"
#include "orchestrator/dispatch/granted_pass.hpp"

namespace genloss::orchestrator {

/// How often ranks that wait, or work, say that they live: several times before they would count as missing.
[[nodiscard]] double seconds_between_signs(const PassOptions& options);
/// "3.0 s"
[[nodiscard]] std::string limit_text(double seconds);

class GrantServer {
 public:
  GrantServer(comms::Communicator& ranks, std::string_view what, std::uint32_t pass, ItemSource& items,
              const PassOptions& options);

  /// Answers every waiting request; warns of and fails on silent ranks. Cheap when there is nothing to do.
  /// @return whether there was a request
  bool serve();
  /// Requests of rank 0 itself, without a message.
  [[nodiscard]] Reply answer(int rank, const Request& request);
  /// No more items are granted: somebody was asked to stop, or failed.
  [[nodiscard]] bool stopped() const noexcept { return desk_.table().stopped(); }
  /// All is done (or stopped and handed back) and every other rank has been told so.
  [[nodiscard]] bool finished() const noexcept { return desk_.dismissed(); }
  /// Rank 0 has brought `item` to its end itself.
  void ended_by_root(std::uint64_t item, const ItemEnd& end);
  /// Every item has come to an end that is final.
  [[nodiscard]] bool complete() const noexcept { return desk_.table().exhausted(); }

 private:
  [[nodiscard]] double now() const;
  void look_for_stalls(double time);

  std::string what_;
  std::uint32_t pass_;
  const PassOptions& options_;
  int ranks_;
  std::function<std::string(int)> hosts_;
  comms::Mailbox<Request> requests_;
  comms::Mailbox<Reply> replies_;
  GrantDesk desk_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double next_look_ = 1, next_progress_ = 0, next_sign_of_life_ = 0;
  bool warned_ = false;
};

}  // namespace genloss::orchestrator

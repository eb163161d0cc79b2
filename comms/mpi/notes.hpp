#pragma once
// Small messages between ranks that wait, on a communicator of their own so that they pass by whatever is stuck.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "comms/mpi/mpi_handle.hpp"

namespace genloss::comms {

struct Note {
  enum class Kind : std::uint32_t {
    question,  ///< where are you?
    answer,    ///< I wait in operation `operation`, called `text`; `round` is that of the question
    busy,      ///< I work on `text`; `operation` is the number of beats so far, `round` that of the question
    verdict,   ///< the operation is given up for the reason `text`
  };
  Kind kind = Kind::question;
  std::uint32_t round = 0;
  std::uint64_t operation = 0;
  std::string text;
  int from = -1;
};

class Notes {
 public:
  explicit Notes(MpiHandle comm) : comm_(std::move(comm)) {}
  ~Notes();
  Notes(const Notes&) = delete;
  Notes& operator=(const Notes&) = delete;

  /// Never waits, also if `to` never reads it.
  void send(int to, const Note& note);
  [[nodiscard]] std::optional<Note> receive();
  /// Gives notes under way a little time before this rank stops taking part.
  void flush(std::chrono::milliseconds limit);
  [[nodiscard]] MPI_Comm comm() const noexcept { return comm_.get(); }

 private:
  void forget_delivered();

  MpiHandle comm_;
  struct Outgoing {
    std::vector<char> bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  std::list<Outgoing> outgoing_;
};

}  // namespace genloss::comms

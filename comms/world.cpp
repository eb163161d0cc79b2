#include "comms/world.hpp"

#include <mpi.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include "comms/mpi/farewell.hpp"
#include "comms/mpi/mpi_communicator.hpp"
#include "jobs/error.hpp"

namespace genloss::comms {
namespace {

/// What a launcher that this MPI library understands leaves in the environment. Open MPI cannot be started by PMI
/// alone: there it is better to be one rank of our own, and to tell what is wrong when world sizes are compared.
#ifdef OPEN_MPI
constexpr std::array launcher_variables = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK"};
#else
constexpr std::array launcher_variables = {"PMI_RANK", "PMI_SIZE", "PMIX_RANK", "MPI_LOCALNRANKS"};
#endif

bool started_by_a_launcher() {
  for (const char* name : launcher_variables) {
    if (std::getenv(name) != nullptr) return true;  // NOLINT(concurrency-mt-unsafe): before any thread
  }
  return false;
}

}  // namespace

struct World::State {
  bool started = false;
  int rank = 0, size = 1;
  MpiHandle exit_door, farewells;  // for leaving only: operations on them never meet those of a broken run
};

World::World(int& argc, char**& argv) : state_(std::make_unique<State>()) {
  if (!started_by_a_launcher()) return;
  int provided = 0;
  mpi_check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "start MPI");
  state_->started = true;
  if (provided < MPI_THREAD_FUNNELED) {
    throw Error(ExitCode::missing_resource, "start", "MPI", "the library cannot be used beside other threads",
                "use an MPI built with thread support (MPI_THREAD_FUNNELED)");
  }
  mpi_check(MPI_Comm_rank(MPI_COMM_WORLD, &state_->rank), "rank");
  mpi_check(MPI_Comm_size(MPI_COMM_WORLD, &state_->size), "size");
  state_->exit_door = MpiHandle::duplicate(MPI_COMM_WORLD, std::chrono::minutes(5));
  state_->farewells = MpiHandle::duplicate(MPI_COMM_WORLD, std::chrono::minutes(5));
}

World::~World() {
  if (!state_->started || std::uncaught_exceptions() > 0) return;
  // MPI_Finalize would meet the others too, but in the launcher: mpirun 4.1 crashes or hangs if the job is then
  // aborted.
  (void)leave_together(std::chrono::hours(24));
  state_->exit_door = MpiHandle();
  state_->farewells = MpiHandle();
  MPI_Finalize();
}

int World::rank() const noexcept { return state_->rank; }
int World::size() const noexcept { return state_->size; }

std::unique_ptr<Communicator> World::communicator(const Deadlines& deadlines) const {
  if (!state_->started) return make_self();
  return std::make_unique<MpiCommunicator>(MPI_COMM_WORLD, deadlines);
}

Farewell World::say_farewell(const std::exception_ptr& error, std::chrono::milliseconds quiet) const noexcept {
  if (state_->started && state_->size > 1) {
    try {
      return comms::say_farewell(state_->farewells.get(), error, host_name(), quiet);
    } catch (const Error&) {  // MPI itself is broken: then every rank for itself
    }
  }
  Farewell alone = lone_farewell(error, state_->rank, host_name());
  alone.together = state_->size == 1;
  return alone;
}

bool World::leave_together(std::chrono::milliseconds limit) const noexcept {
  if (!state_->started) return true;
  MPI_Request request = MPI_REQUEST_NULL;
  if (MPI_Ibarrier(state_->exit_door.get(), &request) != MPI_SUCCESS) return false;
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    int done = 0;
    if (MPI_Test(&request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
    if (done != 0) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void World::abort(int exit_code) const noexcept {
  std::fflush(nullptr);
  if (state_->started) MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

std::string World::host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace genloss::comms

#include "comms/mpi/farewell.hpp"

#include <algorithm>
#include <cstring>
#include <list>
#include <map>
#include <thread>

#include "comms/error_text.hpp"
#include "comms/mpi/mpi_handle.hpp"

namespace genloss::comms {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int error_tag = 1, verdict_tag = 2;
/// Every rank writes to these only, or large jobs would drown in farewells; one of them is enough to tell.
constexpr int tellers = 8;
constexpr std::size_t most_told = 4;

struct News {
  bool remote = false;  ///< heard of, not met
  std::string host;
  std::string text;  ///< of the error, as error_to_text() writes it
};
struct Verdict {
  int code = 0, together = 0;
};

bool is_remote(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const RemoteError&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// Starts sends that nobody waits for: their bytes stay for as long as the process.
class Mail {
 public:
  explicit Mail(MPI_Comm comm) : comm_(comm) {}
  void send(int to, int tag, std::string bytes) {
    static std::list<std::string> kept;
    kept.push_back(std::move(bytes));
    MPI_Request request = MPI_REQUEST_NULL;
    mpi_check(MPI_Isend(kept.back().data(), static_cast<int>(kept.back().size()), MPI_BYTE, to, tag, comm_, &request),
              "farewell");
    under_way_.push_back(request);
  }
  /// @return the sender, or -1
  int receive(int tag, std::string& bytes) {
    int there = 0, count = 0;
    MPI_Status status;
    mpi_check(MPI_Iprobe(MPI_ANY_SOURCE, tag, comm_, &there, &status), "farewell");
    if (there == 0) return -1;
    mpi_check(MPI_Get_count(&status, MPI_BYTE, &count), "farewell");
    bytes.resize(static_cast<std::size_t>(count));
    mpi_check(MPI_Recv(bytes.data(), count, MPI_BYTE, status.MPI_SOURCE, tag, comm_, MPI_STATUS_IGNORE), "farewell");
    return status.MPI_SOURCE;
  }
  void flush(std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (int done = 0; done == 0 && Clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      if (MPI_Testall(static_cast<int>(under_way_.size()), under_way_.data(), &done, MPI_STATUSES_IGNORE) !=
          MPI_SUCCESS) {
        return;
      }
    }
  }

 private:
  MPI_Comm comm_;
  std::vector<MPI_Request> under_way_;
};

std::string packed(const News& news) {
  return std::string(1, news.remote ? 'r' : 'o') + static_cast<char>(news.host.size() & 127) +
         news.host.substr(0, 127) + news.text;
}

News unpacked(const std::string& bytes) {
  const auto length = static_cast<unsigned char>(bytes[1]);
  return {bytes[0] == 'r', bytes.substr(2, length), bytes.substr(2 + length)};
}

/// The errors in rank order, equal ones together.
Farewell conclude(const std::map<int, News>& all) {
  Farewell farewell;
  const bool met = std::any_of(all.begin(), all.end(), [](const auto& entry) { return !entry.second.remote; });
  for (const auto& [rank, news] : all) {
    if (news.remote && met) continue;
    const Error error = error_from_text(news.text);
    const auto same = std::find_if(farewell.tell.begin(), farewell.tell.end(), [&](const ToldError& told) {
      return told.error.code() == error.code() && std::strcmp(told.error.what(), error.what()) == 0;
    });
    if (same != farewell.tell.end()) {
      ++same->others;
    } else if (farewell.tell.size() < most_told) {
      farewell.tell.push_back({error, rank, news.host, 0});
    } else {
      ++farewell.untold;
    }
  }
  farewell.code = static_cast<int>(farewell.tell.front().error.code());
  return farewell;
}

}  // namespace

Farewell lone_farewell(const std::exception_ptr& error, int rank, const std::string& host) {
  return conclude({{rank, {is_remote(error), host, error_to_text(error)}}});
}

Farewell say_farewell(MPI_Comm comm, const std::exception_ptr& error, const std::string& host,
                      std::chrono::milliseconds quiet) {
  int rank = 0, size = 1;
  mpi_check(MPI_Comm_rank(comm, &rank), "rank");
  mpi_check(MPI_Comm_size(comm, &size), "size");
  Mail mail(comm);
  const News mine{is_remote(error), host.substr(0, 127), error_to_text(error)};
  for (int teller = 0; teller < std::min(size, tellers); ++teller) {
    if (teller != rank) mail.send(teller, error_tag, packed(mine));
  }
  std::map<int, News> all{{rank, mine}};
  std::string bytes;
  auto end = Clock::now() + quiet;
  const auto obey = [&](const std::string& from_teller) {
    Verdict verdict;
    std::memcpy(&verdict, from_teller.data(), std::min(sizeof verdict, from_teller.size()));
    Farewell farewell;
    farewell.code = verdict.code;
    farewell.together = verdict.together != 0;
    if (!farewell.together) std::this_thread::sleep_for(quiet);  // the teller ends the job
    return farewell;
  };
  while (Clock::now() < end && all.size() < static_cast<std::size_t>(size)) {
    if (mail.receive(verdict_tag, bytes) >= 0) return obey(bytes);
    if (const int from = mail.receive(error_tag, bytes); from >= 0) {
      all[from] = unpacked(bytes);
      end = Clock::now() + quiet;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (all.begin()->first != rank || rank >= tellers) {  // a lower one tells, if it still lives
    for (end = Clock::now() + quiet; Clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      if (mail.receive(verdict_tag, bytes) >= 0) return obey(bytes);
    }
    return lone_farewell(error, rank, host);
  }
  Farewell farewell = conclude(all);
  farewell.together = all.size() == static_cast<std::size_t>(size);
  const Verdict verdict{farewell.code, farewell.together ? 1 : 0};
  for (const auto& [other, _] : all) {
    if (other != rank)
      mail.send(other, verdict_tag, std::string(reinterpret_cast<const char*>(&verdict), sizeof verdict));
  }
  mail.flush(std::chrono::milliseconds(200));
  return farewell;
}

}  // namespace genloss::comms

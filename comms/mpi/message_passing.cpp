#include "comms/mpi/message_passing.hpp"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>

namespace genloss::comms {
namespace {

/// The library's own variables, through MPI's tools interface (MPI 3.1, chapter 14).
class ToolsInterface {
 public:
  ToolsInterface() {
    int provided = 0;
    open_ = MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) == MPI_SUCCESS;
  }
  ~ToolsInterface() {
    if (open_) MPI_T_finalize();
  }
  ToolsInterface(const ToolsInterface&) = delete;
  ToolsInterface& operator=(const ToolsInterface&) = delete;

  /// Calls visit(name, index, type) for every variable.
  template <class Visit>
  void for_each(Visit visit) const {
    int count = 0;
    if (!open_ || MPI_T_cvar_get_num(&count) != MPI_SUCCESS) return;
    for (int i = 0; i < count; ++i) {
      std::array<char, 256> name{};
      int length = name.size(), verbosity = 0, described = 0, bind = 0, scope = 0;
      MPI_Datatype type = MPI_DATATYPE_NULL;
      MPI_T_enum values{};
      if (MPI_T_cvar_get_info(i, name.data(), &length, &verbosity, &type, &values, nullptr, &described, &bind,
                              &scope) == MPI_SUCCESS) {
        visit(std::string_view(name.data()), i, type);
      }
    }
  }

  [[nodiscard]] static std::string text(int index) {
    std::string value;
    read(index, [&](MPI_T_cvar_handle handle, int count) {
      std::vector<char> bytes(static_cast<std::size_t>(count) + 1);
      if (MPI_T_cvar_read(handle, bytes.data()) == MPI_SUCCESS) value = bytes.data();
    });
    return value;
  }
  [[nodiscard]] static std::uint64_t number(int index, MPI_Datatype type) {
    std::uint64_t value = 0;
    int bytes = 0;
    MPI_Type_size(type, &bytes);
    read(index, [&](MPI_T_cvar_handle handle, int count) {
      std::vector<unsigned char> raw(static_cast<std::size_t>(count) * static_cast<std::size_t>(bytes) + 8);
      if (MPI_T_cvar_read(handle, raw.data()) == MPI_SUCCESS)
        std::memcpy(&value, raw.data(), std::min<std::size_t>(8, static_cast<std::size_t>(bytes)));
    });
    return value;
  }

 private:
  template <class Use>
  static void read(int index, Use use) {
    MPI_T_cvar_handle handle{};
    int count = 0;
    if (MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) != MPI_SUCCESS) return;
    use(handle, count);
    MPI_T_cvar_handle_free(&handle);
  }
  bool open_ = false;
};

std::string library_text() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string whole(text.data());
  return whole.substr(0, whole.find_first_of(",\n"));  // Open MPI goes on with package, identity and date
}

/// "btl_tcp_exclusivity" -> "tcp"; the variable is there if the component is.
std::string transport_in(std::string_view variable) {
  constexpr std::string_view head = "btl_", tail = "_exclusivity";
  if (variable.size() <= head.size() + tail.size() || variable.substr(0, head.size()) != head ||
      variable.substr(variable.size() - tail.size()) != tail) {
    return {};
  }
  return std::string(variable.substr(head.size(), variable.size() - head.size() - tail.size()));
}

}  // namespace

MessagePassing message_passing() {
  MessagePassing facts;
  int started = 0;
  MPI_Initialized(&started);
  facts.started = started != 0;
  facts.library = library_text();
  if (!facts.started) return facts;
  const ToolsInterface tools;
  std::multimap<std::uint64_t, std::string, std::greater<>> by_rank;
  tools.for_each([&](std::string_view name, int index, MPI_Datatype type) {
    if (const std::string transport = transport_in(name); !transport.empty()) {
      by_rank.emplace(ToolsInterface::number(index, type), transport);
    } else if (name == "btl_tcp_if_include") {
      facts.tcp_interfaces = ToolsInterface::text(index);
    }
  });
  for (const auto& [_, transport] : by_rank) facts.transports.push_back(transport);
  return facts;
}

}  // namespace genloss::comms

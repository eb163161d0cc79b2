#include "storage/files/link.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

void link_or_copy(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return;
  const bool copying_may_work = errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP;
  if (!copying_may_work) throw_errno("link " + from.string() + " to", to, errno);
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) throw_errno("copy " + from.string() + " to", to, error.value());
}

void link_tree(const fs::path& from, const fs::path& to) {
  create_directories_durably(to);
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(from, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path target = to / entry->path().lexically_relative(from);
    const auto kind = entry->symlink_status().type();
    if (kind == fs::file_type::directory) {
      create_directories_durably(target);
    } else if (kind == fs::file_type::regular) {
      link_or_copy(entry->path(), target);
    } else {
      throw Error(ExitCode::bad_data, "adopt", entry->path().string(), "it is neither a file nor a folder");
    }
  }
  if (error) throw_errno("list", from, error.value());
}

}  // namespace

void link_directory(const fs::path& from, const fs::path& to) {
  if (!fs::is_directory(from)) throw Error(ExitCode::bad_data, "adopt", from.string(), "there is no such folder");
  const fs::path partial = partial_path(to, "link-" + std::to_string(::getpid()));
  try {
    link_tree(from, partial);
    commit_directory(partial, to);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(partial, ignored);
    throw;
  }
}

}  // namespace genloss::storage

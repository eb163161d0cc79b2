#include "storage/files/durable.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/file.hpp"
#include "storage/files/integrity_time.hpp"
#include "storage/files/json.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// Distinguishes temporary names within and between processes of one host.
std::string unique_suffix() {
  static std::atomic<unsigned> count{0};
  return std::to_string(::getpid()) + "-" + std::to_string(count++);
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename " + from.string() + " to", to, errno);
}

/// Over the compact form with sorted keys, so that indenting a file by hand does not damage it.
std::string content_crc(const nlohmann::json& document) {
  const std::string text = document.dump();
  std::array<char, 9> hex{};
  std::snprintf(hex.data(), hex.size(), "%08x", crc32c(std::as_bytes(std::span(text))));
  return hex.data();
}

[[noreturn]] void throw_bad_json(const fs::path& path, std::string cause, std::string hint = {}) {
  throw Error(ExitCode::bad_data, "read", path.string(), std::move(cause), std::move(hint));
}

}  // namespace

void throw_too_large(const fs::path& path, std::uint64_t bytes, std::uint64_t most_bytes) {
  throw Error(ExitCode::bad_data, "read", path.string(),
              "it has " + std::to_string(bytes) + " bytes; the limit is " + std::to_string(most_bytes),
              "no file that genloss reads here is so large: it is damaged, or not what it seems");
}

std::string read_text(const fs::path& path, std::uint64_t most_bytes) {
  File file = File::open(path);
  if (file.size() > most_bytes) throw_too_large(path, file.size(), most_bytes);
  std::string text(file.size(), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const std::size_t more = file.read(std::as_writable_bytes(std::span(text)).subspan(got));
    if (more == 0) break;
    got += more;
  }
  text.resize(got);
  return text;
}

void write_text_durably(const fs::path& path, std::string_view text) {
  create_directories_durably(folder_of(path));
  const fs::path temporary = partial_path(path, unique_suffix());
  try {
    File file = File::create(temporary);
    file.write(text);
    file.sync();
    file.close();
    rename_or_throw(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_directory(folder_of(path));
}

nlohmann::json read_json(const fs::path& path, std::string_view schema, int version) {
  auto document = parse_json_file(path, document_limits);
  if (!document.is_object()) throw_bad_json(path, "is not a JSON object (damaged or cut off)");
  if (!document.contains("schema") || document["schema"] != schema) {
    throw_bad_json(path, "is not a '" + std::string(schema) + "' document");
  }
  if (!document.contains("version") || document["version"] != version) {
    throw_bad_json(path, "has a schema version that this program does not read",
                   "this genloss reads version " + std::to_string(version) + " of " + std::string(schema));
  }
  const nlohmann::json stored = document.value("crc32c", nlohmann::json());
  document.erase("crc32c");
  if (stored != content_crc(document)) throw_bad_json(path, "content does not fit its checksum (damaged or edited)");
  return document;
}

void write_json_durably(const fs::path& path, std::string_view schema, int version, nlohmann::ordered_json body) {
  nlohmann::ordered_json document;
  document["schema"] = schema;
  document["version"] = version;
  for (auto& [key, value] : body.items()) document[key] = std::move(value);
  document.erase("crc32c");
  // What a reader will see is what is summed: non-finite numbers and ill-formed text change on the way.
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  document["crc32c"] = content_crc(parse_json(document.dump(-1, ' ', false, replace), path, document_limits));
  write_text_durably(path, document.dump(2, ' ', false, replace) + "\n");
}

namespace {

/// Syncs the names of a folder that was found, and of those it lies in: whoever made them may have failed to, and what
/// is put into them now is to be found again. Once in a process; not where others make the names.
void sync_names_of(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> synced;
  const fs::path parent = folder_of(folder);
  {
    const std::scoped_lock lock(mutex);
    if (synced.contains(folder)) return;
  }
  if (parent == folder || ::access(parent.c_str(), R_OK | W_OK) != 0) return;
  sync_directory(parent);
  if (folder != fs::path(".")) sync_names_of(parent);
  const std::scoped_lock lock(mutex);
  synced.insert(folder);
}

}  // namespace

void create_directories_durably(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.has_filename() ? path : path.parent_path();  // "runs/" is "runs"
  if (folder.empty()) return;
  if (fs::is_directory(folder, error)) return sync_names_of(folder);
  create_directories_durably(folder_of(folder));
  fs::create_directory(folder, error);  // no error if another rank was first
  if (error) throw_errno("create folder", folder, error.value());
  sync_directory(folder_of(folder));
}

void remove_durably(const fs::path& file) {
  std::error_code error;
  const bool was_there = fs::remove(file, error);
  if (error) throw_errno("remove", file, error.value());
  if (was_there) sync_directory(folder_of(file));
}

void copy_contents(const fs::path& from, const fs::path& to) {
  File in = File::open(from), out = File::create(to);
  std::uint64_t left = in.size();
  while (left > 0) {
    const ssize_t copied = ::copy_file_range(in.descriptor(), nullptr, out.descriptor(), nullptr, left, 0);
    const bool cannot = errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
    if (copied < 0 && !cannot) throw_errno("copy " + from.string() + " to", to, errno);
    if (copied <= 0) break;  // this file system, or this pair of them, cannot; or the file has become shorter
    left -= static_cast<std::uint64_t>(copied);
    beat("copy files");
  }
  std::vector<std::byte> block(std::size_t{1} << 20);
  while (const std::size_t got = in.read(block)) {
    out.write(std::span<const std::byte>(block).first(got));
    beat("copy files");
  }
  out.close();
}

void sync_file(const fs::path& path) { File::open(path).sync(); }

void sync_directory(const fs::path& path) {
  const IntegrityTimer timer;
  File folder = File::open(path);
  // Some network file systems cannot sync folders and say so; there is nothing better to be done there.
  if (::fsync(folder.descriptor()) != 0 && errno != EINVAL) throw_errno("sync folder", path, errno);
}

void commit_directory(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::exists(to, error)) {
    throw Error(ExitCode::internal, "commit " + from.string() + " to", to.string(), "it already exists");
  }
  for (auto entry = fs::recursive_directory_iterator(from, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_directory()) {
      sync_directory(entry->path());
    } else if (entry->is_regular_file()) {
      sync_file(entry->path());
    }
  }
  if (error) throw_errno("list", from, error.value());
  sync_directory(from);
  rename_or_throw(from, to);
  sync_directory(folder_of(to));
}

void remove_directory(const fs::path& path) noexcept {
  try {
    const fs::path trash = folder_of(path) / (".trash-" + path.filename().string() + "-" + unique_suffix());
    if (std::rename(path.c_str(), trash.c_str()) != 0) return;
    std::error_code ignored;
    fs::remove_all(trash, ignored);
  } catch (...) {  // out of memory while naming: the folder stays, which is safe
    return;
  }
}

fs::path partial_path(const fs::path& target, std::string_view attempt) {
  fs::path path = target;
  path += ".partial-";
  path += attempt;
  return path;
}

void sweep_partials(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> dead;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(".trash-") || name.find(".partial-") != std::string::npos) dead.push_back(entry->path());
  }
  for (const fs::path& path : dead) fs::remove_all(path, error);
}

}  // namespace genloss::storage

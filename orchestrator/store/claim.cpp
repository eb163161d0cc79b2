#include "orchestrator/store/claim.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto free_word = "free";
constexpr int silent_intervals = 3;

/// What a claim says: its counts (or "free"), the folder's token, the attempt and the run, a line each.
struct Content {
  std::string count, token, attempt, run;
  /// The second count.
  [[nodiscard]] std::string work() const { return count.substr(std::min(count.size(), count.find(' '))); }
};

std::optional<std::string> text_of(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::array<char, 4096> buffer{};
  const ssize_t got = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  ::close(descriptor);
  return std::string(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
}

Content content_of(const std::string& text) {
  Content content;
  std::array<std::string*, 4> lines{&content.count, &content.token, &content.attempt, &content.run};
  std::size_t begin = 0;
  for (std::string* line : lines) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    *line = text.substr(std::min(begin, text.size()), end - std::min(begin, text.size()));
    begin = end + 1;
  }
  return content;
}

/// How often the holder has said that it lives, and how often its work has got on. Counts have one width, so that one
/// write replaces another.
std::string count_text(std::uint64_t count, std::uint64_t work) {
  return zero_padded(count, 12) + " " + zero_padded(work, 12);
}

/// The start that an attempt of one of its groups belongs to.
std::string start_of(const std::string& attempt) { return attempt.substr(0, attempt.find(group_word)); }

[[noreturn]] void failed(const std::string& operation, const fs::path& file) {
  throw Error(ExitCode::input_output, operation, file.string(), std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

struct Claim::State {
  fs::path file, work;
  int descriptor = -1;
  std::chrono::milliseconds interval{};
  bool fulfilled = false;
  std::atomic<std::uint64_t> work_done = 0;

  std::mutex mutex;
  std::condition_variable ended;
  bool end = false;
  std::thread beat;

  void say(const std::string& count) const {
    (void)!::pwrite(descriptor, count.data(), count.size(), 0);  // a claim only saves work
    (void)::fsync(descriptor);                                   // so that other hosts see it
  }
  void live() {
    std::unique_lock lock(mutex);
    for (std::uint64_t count = 1; !ended.wait_for(lock, interval, [this] { return end; }); ++count) {
      say(count_text(count, work_done));
    }
  }
};

Claim::Claim(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->beat = std::thread([s = state_.get()] { s->live(); });
}

Claim::~Claim() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->end = true;
  }
  state_->ended.notify_all();
  state_->beat.join();
  if (!state_->fulfilled) state_->say(std::string(free_word) + std::string(12 - 4, ' '));
  ::close(state_->descriptor);
}

void Claim::advance() noexcept { ++state_->work_done; }

const fs::path& Claim::work() const noexcept { return state_->work; }

void Claim::fulfil() {
  state_->fulfilled = true;
  storage::remove_directory(state_->work);
  storage::remove_durably(state_->file);  // syncs the folder, so that the other name is gone for good as well
}

Claims::Claims(Store store, Claimant self) : store_(std::move(store)), self_(std::move(self)) { store_.sweep_trash(); }
Claims::~Claims() = default;

bool Claims::sweep(std::string_view kind, const storage::Digest& recipe) {
  if (!fs::exists(store_.sealed(kind, recipe).string() + ".claim")) return true;
  const auto left = take(kind, recipe);
  if (left) left->fulfil();
  return left != nullptr;
}

std::string Claims::holder(std::string_view kind, const storage::Digest& recipe) const {
  const auto text = text_of(store_.sealed(kind, recipe).string() + ".claim");
  if (!text) return "another job";
  const Content held = content_of(*text);
  return held.run + " (attempt " + held.attempt + ")";
}

bool Claims::is_alive(Seen& seen, const std::string& text) const {
  const auto now = std::chrono::steady_clock::now();
  if (seen.text != text) seen.text = text, seen.since = now;
  const Content held = content_of(text);
  if (const std::string work = held.work() + held.token; seen.work != work) seen.work = work, seen.work_since = now;
  return now - seen.since < silent_intervals * self_.interval && now - seen.work_since < self_.hang;
}

std::unique_ptr<Claim> Claims::take(std::string_view kind, const storage::Digest& recipe) {
  const fs::path sealed = store_.sealed(kind, recipe);
  const fs::path file = sealed.string() + ".claim";
  const std::string token = storage::sha256_of(self_.run + "\n" + self_.attempt).short_hex();
  const fs::path own = sealed.string() + ".work-" + token;
  storage::create_directories_durably(sealed.parent_path());

  std::error_code ignored;
  if (const auto text = text_of(file)) {
    const Content held = content_of(*text);
    const bool is_free = held.count.rfind(free_word, 0) == 0;
    const bool of_earlier_start = held.run == self_.run && start_of(held.attempt) != start_of(self_.attempt);
    if (!is_free && !of_earlier_start) {
      if (is_alive(seen_[file.string()], *text)) return nullptr;
    }
    seen_.erase(file.string());
    const fs::path theirs = sealed.string() + ".work-" + held.token;
    // The rename has one winner; a start that dies behind it leaves a folder that is found below.
    if (theirs != own && fs::exists(theirs) && std::rename(theirs.c_str(), own.c_str()) != 0) return nullptr;
    fs::remove(file, ignored);
  }
  const fs::path fresh = file.string() + ".partial-" + token;
  const std::string content = count_text(0, 0) + "\n" + token + "\n" + self_.attempt + "\n" + self_.run + "\n";
  const int descriptor = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) failed("claim", fresh);
  const bool written = ::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  (void)::fsync(descriptor);
  const bool first = written && ::link(fresh.c_str(), file.c_str()) == 0;  // exclusive, and whole at once
  const int why = errno;
  ::unlink(fresh.c_str());
  if (!first) {
    ::close(descriptor);
    // Somebody has it; and may have swept our file away as one that a dead start left.
    if (written && (why == EEXIST || why == ENOENT)) return nullptr;
    errno = why;
    failed("claim", file);
  }
  // What starts that died have left of this recipe: a folder to go on from, and halves of claims.
  const bool wants_folder = !fs::exists(own);
  const std::string name = sealed.filename().string();
  for (const auto& entry : fs::directory_iterator(sealed.parent_path(), ignored)) {
    const std::string left = entry.path().filename().string();
    if (left.rfind(name + ".claim.partial-", 0) == 0) storage::remove_durably(entry.path());
    if (wants_folder && left.rfind(name + ".work-", 0) == 0) fs::rename(entry.path(), own, ignored);
  }
  storage::create_directories_durably(own);
  auto state = std::make_unique<Claim::State>();
  state->file = file;
  state->work = own;
  state->descriptor = descriptor;
  state->interval = self_.interval;
  return std::unique_ptr<Claim>(new Claim(std::move(state)));
}

}  // namespace genloss::orchestrator

// Every call that changes the disk may fail: the run says which, ends with 74, and goes on when the disk is well again.

#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "tests/faults/powerloss/campaign.hpp"
#include "tests/faults/powerloss/order.hpp"

namespace genloss::powerloss {
namespace {

/// A run may go on without it: progress, logs, times of attempts and the name in the lock are for watchers, sweeping is
/// done again by the next start, a claim saves work and nothing else, so it need not be on the disk, and the closing of
/// a file whose bytes are synced has nothing left to do.
bool is_dispensable(const Record& failed, const std::vector<Record>& before, const std::filesystem::path& root) {
  for (const char* name : {"/progress.json", "/logs", "/.lock", "/attempts"}) {
    if (failed.path.find(name) != std::string::npos) return true;
  }
  const bool ends = failed.operation == Operation::sync || failed.operation == Operation::close;
  if (ends && failed.path.find(".claim.partial-") != std::string::npos) return true;
  if (failed.operation == Operation::close) {
    Disk disk(root);
    for (const Record& record : before) disk.apply(record);
    const auto node = disk.at(failed.path);
    return node != nullptr && node->pending.empty();
  }
  const bool sweeps = failed.operation == Operation::unlink || failed.operation == Operation::rmdir ||
                      failed.other.find("/.trash-") != std::string::npos;
  return sweeps;
}

/// @return what is wrong with how the run took it that its call number `call` fails, or ""
std::string complaint_of(const Study& study, std::uint64_t call, int error) {
  const tests::Scratch scratch;
  const auto outcome = run_recorded(study, scratch.path(), std::to_string(call) + ":" + std::to_string(error));
  const auto records = read_records(scratch.path() / "log");
  const auto failed = std::find_if(records.begin(), records.end(), [](const Record& r) { return r.injected; });
  if (failed == records.end()) return {};  // this run made fewer calls: progress is written by the clock
  const std::string what = "call " + std::to_string(call) + ", " + text_of(*failed, scratch.path() / "disk") +
                           ", failed (" + std::strerror(error) + "): ";
  const std::string words = "exit " + std::to_string(outcome.exit_code) + ": " + outcome.output;
  if (outcome.exit_code == 0) {
    if (!is_dispensable(*failed, {records.begin(), failed}, scratch.path() / "disk"))
      return what + "and the run ended well";
  } else if (outcome.exit_code != 74) {
    return what + words;
  } else if (outcome.output.find("genloss: error: ") == std::string::npos ||
             outcome.output.find(std::strerror(error)) == std::string::npos ||
             outcome.output.find((scratch.path() / "disk").string()) == std::string::npos) {
    return what + "not named: " + words;
  }
  const std::string complaint = complaint_after_resume(study, scratch.path() / "disk", recorded_in(scratch.path()));
  if (!complaint.empty()) return what + complaint;
  if (outcome.exit_code == 0) return {};
  // What the failed start had named, and not synced, the next one must not take for sealed.
  for (const auto& left : complaints_of_end(scratch.path() / "disk", read_records(scratch.path() / "log"))) {
    return what + "resumed, " + left;
  }
  return {};
}

}  // namespace

class FailingCall : public OfStudy {};

TEST_P(FailingCall, is_named_and_costs_nothing) {
  const Recording& recording = recording_of(*GetParam());
  std::uint64_t calls = 0;
  for (const Record& record : recording.records) calls = std::max(calls, record.call);
  std::vector<std::function<std::string()>> cases;
  for (std::uint64_t call = 1; call <= calls; ++call) {
    for (const int error : {EIO, ENOSPC}) {
      cases.emplace_back([&, call, error] { return complaint_of(*GetParam(), call, error); });
    }
  }
  try_cases(*GetParam(), std::move(cases));
}

// What was renamed has its name, though the name may not outlive a power loss: the start that met this must fail as
// one, and the next must make the name durable.
TEST_P(FailingCall, that_syncs_a_name_in_the_store_is_an_error_of_the_disk) {
  const Recording& recording = recording_of(*GetParam());
  std::map<std::string, std::uint64_t> last;  // by folder of the store: the sync behind the last rename into it
  std::string sealed;
  for (const Record& record : recording.records) {
    const std::filesystem::path other = record.other;
    if (record.operation == Operation::rename) {
      const bool in_store = other.parent_path().parent_path().filename() == ".store";
      sealed = in_store && other.extension().empty() ? other.parent_path().string() : "";
    } else if (record.operation == Operation::sync && !sealed.empty() && record.path == sealed) {
      last[std::exchange(sealed, "")] = record.call;
    }
  }
  EXPECT_GT(last.size(), 4u);
  for (const auto& [path, call] : last) {
    const std::string complaint = complaint_of(*GetParam(), call, EIO);
    EXPECT_TRUE(complaint.empty()) << path << ": " << complaint;
  }
}

// The next start finds the folder, or the link, and does not make it again.
TEST(FailingFolder, whose_names_were_not_synced_is_made_good_by_the_next_start) {
  const Recording& recording = recording_of(gaussian);
  std::map<std::string, std::set<std::uint64_t>> syncs;  // of each folder
  std::set<std::string> folders;
  for (const Record& record : recording.records) {
    const std::filesystem::path path = record.path, other = record.other;
    for (const auto& name : {path, other}) folders.insert(name.parent_path().string());
    if (record.operation == Operation::sync && folders.contains(record.path)) syncs[record.path].insert(record.call);
  }
  EXPECT_GT(syncs.size(), 10u);
  for (const auto& [path, calls] : syncs) {
    const std::string complaint = complaint_of(gaussian, *calls.begin(), EIO);
    EXPECT_TRUE(complaint.empty()) << path << ": " << complaint;
  }
}

TEST(FailingCopy, is_not_tried_again_in_another_way) {
  const Recording& recording = recording_of(text);
  for (const char* name : {"/finished/tiny.txt", "/finished/training.jsonl"}) {
    const auto copy = std::find_if(recording.records.begin(), recording.records.end(), [&](const Record& record) {
      return record.operation == Operation::write && record.path.ends_with(name);
    });
    ASSERT_NE(copy, recording.records.end()) << name;
    EXPECT_EQ(complaint_of(text, copy->call, EIO), "");
  }
}

INSTANTIATE_TEST_SUITE_P(of, FailingCall, testing::Values(&gaussian, &text), name_of_study);

}  // namespace genloss::powerloss

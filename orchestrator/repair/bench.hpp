#pragma once
// What all parts of a repair need: whether anything may be written, and whom to tell.

#include <functional>
#include <string>

namespace genloss::orchestrator {

class Bench {
 public:
  Bench(bool dry, const std::function<void(const std::string&)>& tell) : dry_(dry), tell_(tell) {}

  /// Tells what is repaired, and does it unless this is a dry run.
  void mend(const std::string& text, const std::function<void()>& action) {
    tell_((dry_ ? "would be repaired: " : "repaired: ") + text);
    ++mended_;
    if (!dry_) action();
  }
  void cannot(const std::string& text) {
    tell_("cannot be repaired: " + text);
    failed_ = true;
  }
  void note(const std::string& text) { tell_(text); }
  [[nodiscard]] bool dry() const noexcept { return dry_; }
  [[nodiscard]] int mended() const noexcept { return mended_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  bool dry_;
  const std::function<void(const std::string&)>& tell_;
  int mended_ = 0;
  bool failed_ = false;
};

}  // namespace genloss::orchestrator

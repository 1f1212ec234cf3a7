// SPDX-License-Identifier: Apache-2.0
#include "inquiries.hpp"

#include <exception>
#include <utility>

namespace banyan::strangler {
namespace {

/// On a thread of somebody else's, which nothing may leave.
Result<void> ask(const Inquiries::Ask& about, const std::string& module) {
  const auto refused = [&](const std::string& why) {
    return fail(ErrorCode::FailedPrecondition, "banyan.new_side_unhealthy",
                "refused: the new side of " + module + " could not be asked: " + why);
  };
  try {
    return about(module);
  } catch (const std::exception& fault) {
    return refused(fault.what());
  } catch (...) {
    return refused("an exception of an unknown type");
  }
}

}  // namespace

/// Of one that was begun, however it ends: its thread outlives what is thrown, and end() waits.
class Inquiries::Ending {
 public:
  explicit Ending(Inquiries& of) : of_(of) {}
  ~Ending() {
    const std::lock_guard lock(of_.mutex_);
    of_.one_less();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  Inquiries& of_;
};

Inquiries::Inquiries(Ask ask, Executor* aside, const Clock& clock, std::function<void()> answered)
    : ask_(std::move(ask)), aside_(aside), clock_(clock), answered_(std::move(answered)) {}

Inquiries::~Inquiries() { end(); }

std::optional<Result<void>> Inquiries::about(const std::string& module) {
  if (aside_ == nullptr) return ask_(module);
  std::unique_lock lock(mutex_);
  if (const auto found = all_.find(module); found != all_.end()) {
    Inquiry& inquiry = found->second;
    if (!inquiry.answer) return std::nullopt;
    const Inquiry had = std::move(inquiry);
    all_.erase(found);
    if (clock_.steady() - had.came < kFresh) return had.answer;
  }
  if (ended_) return std::nullopt;
  all_.try_emplace(module);
  ++under_way_;
  lock.unlock();
  const bool taken = aside_->submit([this, module] {
    if (gives_up()) return;
    const Ending ending(*this);
    Result<void> answer = ask(ask_, module);
    const SteadyTime now = clock_.steady();
    {
      const std::lock_guard done(mutex_);
      all_[module] = {std::move(answer), now};
    }
    answered_();
  });
  if (taken) return std::nullopt;
  lock.lock();
  all_.erase(module);
  one_less();
  return std::nullopt;
}

/// Whoever has waited in a queue until the end asks nobody any more.
bool Inquiries::gives_up() {
  const std::lock_guard lock(mutex_);
  if (ended_) one_less();
  return ended_;
}

void Inquiries::one_less() {
  if (--under_way_ == 0) none_under_way_.notify_all();
}

void Inquiries::end() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  none_under_way_.wait(lock, [this] { return under_way_ == 0; });
}

}  // namespace banyan::strangler

// SPDX-License-Identifier: Apache-2.0
#include "banyan/security/passwords.hpp"

#include <condition_variable>
#include <mutex>

namespace banyan::security {
namespace {

/// Looks like a hash at this cost, and is that of no password that anybody will find.
std::string decoy_of(const PasswordCost& cost) {
  constexpr std::size_t kSalt = 22;  // 16 bytes in base 64
  constexpr std::size_t kHash = 43;  // 32 bytes
  return "$argon2id$v=19$m=" + std::to_string(cost.memory / 1024) +
         ",t=" + std::to_string(cost.passes) + ",p=1$" + std::string(kSalt, 'A') + '$' +
         std::string(kHash, 'A');
}

}  // namespace

struct Passwords::State {
  PasswordCost cost;
  std::mutex mutex;
  std::condition_variable free;
  std::size_t turns;
  /// What somebody unknown is compared with.
  std::string decoy;
};

class Passwords::Turn {
 public:
  Turn(State& state, SteadyTime deadline) : state_(state) {
    std::unique_lock lock(state_.mutex);
    mine_ = state_.free.wait_until(lock, deadline, [this] { return state_.turns > 0; });
    if (mine_) --state_.turns;
  }
  ~Turn() {
    if (!mine_) return;
    {
      const std::lock_guard lock(state_.mutex);
      ++state_.turns;
    }
    state_.free.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  explicit operator bool() const { return mine_; }

 private:
  State& state_;
  bool mine_ = false;
};

Passwords::Passwords(const PasswordCost& cost, std::size_t at_once)
    : state_(std::make_unique<State>()) {
  state_->cost = cost;
  state_->turns = at_once;
  state_->decoy = decoy_of(cost);
}

Passwords::~Passwords() = default;

std::optional<std::string> Passwords::hash(std::string_view password, SteadyTime deadline) {
  const Turn turn(*state_, deadline);
  if (!turn) return std::nullopt;
  return hash_password(password, state_->cost);
}

std::optional<Passwords::Verdict> Passwords::check(std::string_view password,
                                                   const std::optional<std::string>& hash,
                                                   SteadyTime deadline) {
  const Turn turn(*state_, deadline);
  if (!turn) return std::nullopt;
  if (!hash) {
    verify_password(state_->decoy, password);
    return Verdict{};
  }
  const bool right = verify_password(*hash, password);
  return Verdict{right, right && needs_rehash(*hash, state_->cost)};
}

}  // namespace banyan::security

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/clock.hpp"
#include "banyan/security/password.hpp"

namespace banyan::security {

/// The hashing of passwords as a service has it: only a few at a time, because each takes a core
/// and much memory, and a flood of sign-ins must not take them from everything else. Whoever comes
/// too many waits for a turn. Safe for concurrent use.
class Passwords {
 public:
  Passwords(const PasswordCost& cost, std::size_t at_once);
  ~Passwords();
  Passwords(const Passwords&) = delete;
  Passwords& operator=(const Passwords&) = delete;

  /// Nothing when there was no turn until the deadline (on std::chrono::steady_clock).
  std::optional<std::string> hash(std::string_view password, SteadyTime deadline);

  struct Verdict {
    bool right = false;
    bool outdated = false;  ///< right, and hashed at another cost than today's
  };
  /// Without a hash (nobody is known by that name) the verdict is wrong, after the same time as
  /// with one. Nothing when there was no turn until the deadline.
  std::optional<Verdict> check(std::string_view password, const std::optional<std::string>& hash,
                               SteadyTime deadline);

 private:
  class Turn;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::security

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"

namespace customers {

/// What one account, or one place, is given.
struct SignInLimits {
  int wrong = 0;                          ///< that are not forgiven yet
  std::chrono::seconds forgiven_after{};  ///< one of them
  int at_once = 0;                        ///< under way
};

/// How often passwords may be guessed: of one account, and by one place that people come from,
/// where that is known (Context::place): of a place that is not, a limit would shut out everybody.
/// Each has so many wrong ones, one of which is forgiven after a while, and so many under way at
/// once, so that nobody takes all turns of the hasher. In the memory of one process; what is
/// remembered is bounded, and what would be forgiven first is forgotten first. Safe for concurrent
/// use.
class SignInAttempts {
 public:
  static constexpr SignInLimits kOfAnAccount{10, std::chrono::seconds(30), 2};
  /// Many people may come from one address.
  static constexpr SignInLimits kOfAPlace{50, std::chrono::seconds(5), 2};
  static constexpr std::size_t kMostRemembered = 4'096;  ///< of each kind

  /// An attempt that is under way; ends it.
  class Attempt {
   public:
    Attempt(SignInAttempts& all, std::string account, std::string place)
        : all_(&all), account_(std::move(account)), place_(std::move(place)) {}
    Attempt(Attempt&& other) noexcept
        : all_(std::exchange(other.all_, nullptr)),
          account_(std::move(other.account_)),
          place_(std::move(other.place_)),
          wrong_(other.wrong_) {}
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    Attempt& operator=(Attempt&&) = delete;
    ~Attempt();

    void was_wrong() { wrong_ = true; }

   private:
    SignInAttempts* all_;
    std::string account_;
    std::string place_;
    bool wrong_ = false;
  };

  explicit SignInAttempts(const banyan::Clock& clock) : clock_(clock) {}

  /// Before a password is looked at. "customers.too_many_attempts" when there were too many; "" is
  /// a place that is not known.
  banyan::Result<Attempt> begin(std::string account, std::string place);

  /// Accounts of which something is remembered.
  std::size_t remembered();

 private:
  struct Entry {
    int wrong = 0;
    int under_way = 0;
    banyan::SteadyTime since;  ///< the first of `wrong` that is not forgiven yet, or later
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  static bool has_room(Entries& entries, const std::string& name, const SignInLimits& limits,
                       banyan::SteadyTime now);
  static void enter(Entries& entries, const std::string& name, const SignInLimits& limits);
  static void leave(Entries& entries, const std::string& name, bool wrong, banyan::SteadyTime now);
  void end(const std::string& account, const std::string& place, bool wrong);

  const banyan::Clock& clock_;
  std::mutex mutex_;
  Entries accounts_;
  Entries places_;
};

}  // namespace customers

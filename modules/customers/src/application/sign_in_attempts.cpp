// SPDX-License-Identifier: Apache-2.0
#include "application/sign_in_attempts.hpp"

#include <algorithm>

namespace customers {
namespace {

constexpr std::size_t kLongestName = 256;

std::string cut(std::string name) {
  if (name.size() > kLongestName) name.resize(kLongestName);
  return name;
}

}  // namespace

SignInAttempts::Attempt::~Attempt() {
  if (all_ != nullptr) all_->end(account_, place_, wrong_);
}

banyan::Result<SignInAttempts::Attempt> SignInAttempts::begin(std::string account,
                                                              std::string place) {
  account = cut(std::move(account));
  place = cut(std::move(place));
  const banyan::SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  const bool known_place = !place.empty();
  if (!has_room(accounts_, account, kOfAnAccount, now) ||
      (known_place && !has_room(places_, place, kOfAPlace, now))) {
    return banyan::fail(banyan::ErrorCode::ResourceExhausted, "customers.too_many_attempts",
                        "too many passwords were tried for this account, or from where you are; "
                        "wait a minute, then try again");
  }
  enter(accounts_, account, kOfAnAccount);
  if (known_place) enter(places_, place, kOfAPlace);
  return Attempt(*this, std::move(account), std::move(place));
}

std::size_t SignInAttempts::remembered() {
  const std::lock_guard lock(mutex_);
  return accounts_.size();
}

bool SignInAttempts::has_room(Entries& entries, const std::string& name, const SignInLimits& limits,
                              banyan::SteadyTime now) {
  const auto found = entries.find(name);
  if (found == entries.end()) return true;
  Entry& entry = found->second;
  while (entry.wrong > 0 && now - entry.since >= limits.forgiven_after) {
    --entry.wrong;
    entry.since += limits.forgiven_after;
  }
  return entry.wrong < limits.wrong && entry.under_way < limits.at_once;
}

void SignInAttempts::enter(Entries& entries, const std::string& name, const SignInLimits& limits) {
  ++entries[name].under_way;
  if (entries.size() <= kMostRemembered) return;
  // Those under way are few, as threads are.
  const auto first = std::ranges::min_element(entries, {}, [&](const auto& each) {
    const Entry& entry = each.second;
    return std::pair(entry.under_way, entry.since + entry.wrong * limits.forgiven_after);
  });
  if (first->second.under_way == 0) entries.erase(first);
}

void SignInAttempts::leave(Entries& entries, const std::string& name, bool wrong,
                           banyan::SteadyTime now) {
  const auto found = entries.find(name);
  if (found == entries.end()) return;
  Entry& entry = found->second;
  --entry.under_way;
  if (wrong && entry.wrong++ == 0) entry.since = now;
  if (entry.wrong == 0 && entry.under_way == 0) entries.erase(found);
}

void SignInAttempts::end(const std::string& account, const std::string& place, bool wrong) {
  const banyan::SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  leave(accounts_, account, wrong, now);
  if (!place.empty()) leave(places_, place, wrong, now);
}

}  // namespace customers

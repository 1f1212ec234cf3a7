// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "payments/provider.hpp"

namespace banyan::test {

/// A payment provider in memory that keeps books, and the contract of payments::Provider. Declines
/// what costs more than 1,000.00, refuses refunds whose id begins with "no". Has moods.
class ProviderWithBooks final : public payments::Provider {
 public:
  enum class Mood : std::uint8_t {
    Answers,
    IsDown,        ///< nothing happens, and it says so
    LosesAnswers,  ///< it happens, and nobody is told
    AnswersLater,  ///< it happens at deliver_late(), and nobody is told
    ForgetsVoids,  ///< breaks the contract: a void of what it does not know is not remembered
  };

  struct Account {
    payments::ProviderStatus status = payments::ProviderStatus::Unknown;
    Money amount{};
    std::map<std::string, std::int64_t> refunds{};
    int captures = 0;  ///< how often money was taken
  };

  /// Asked for each call, which is `what` ("authorise", …, "look_up").
  std::function<Mood(std::string_view what)> mood = [](std::string_view) { return Mood::Answers; };

  explicit ProviderWithBooks(std::string name = "books") : name_(std::move(name)) {}

  std::string name() const override { return name_; }
  payments::Provider* party(std::string_view name) override {
    if (name == name_) return this;
    return other != nullptr && other->name() == name ? other : nullptr;
  }
  Result<payments::Provider*> find(const payments::OrderId& reference,
                                   const Context& context) override {
    const Result<payments::Provider*> here = Provider::find(reference, context);
    return here && *here == nullptr && other != nullptr ? other->find(reference, context) : here;
  }
  payments::Provider* other = nullptr;  ///< whom it reaches besides itself

  Result<payments::ProviderAnswer> authorise(const payments::ProviderRequest& request,
                                             const Context& /*context*/) override {
    return does("authorise", request.reference, [request](Account& account) {
      if (account.status != payments::ProviderStatus::Unknown) return;
      account.amount = request.amount;
      account.status = request.amount.minor_units > 100'000 ? payments::ProviderStatus::Declined
                                                            : payments::ProviderStatus::Authorised;
    });
  }
  Result<payments::ProviderAnswer> capture(const payments::OrderId& reference,
                                           const Money& /*amount*/,
                                           const Context& /*context*/) override {
    return does("capture", reference, [](Account& account) {
      if (account.status != payments::ProviderStatus::Authorised) return;
      account.status = payments::ProviderStatus::Captured;
      ++account.captures;
    });
  }
  Result<payments::ProviderAnswer> void_(const payments::OrderId& reference,
                                         const Context& /*context*/) override {
    const bool forgets = mood("remember") == Mood::ForgetsVoids;
    return does("void", reference, [forgets](Account& account) {
      if (account.status == payments::ProviderStatus::Unknown && forgets) return;
      if (account.status == payments::ProviderStatus::Unknown ||
          account.status == payments::ProviderStatus::Authorised) {
        account.status = payments::ProviderStatus::Voided;
      }
    });
  }
  Result<payments::ProviderAnswer> refund(const payments::OrderId& reference,
                                          const std::string& refund, const Money& amount,
                                          const Context& /*context*/) override {
    return does("refund", reference, [refund, amount](Account& account) {
      if (account.status != payments::ProviderStatus::Captured || refund.starts_with("no")) return;
      account.refunds.emplace(refund, amount.minor_units);
    });
  }
  Result<payments::ProviderAnswer> look_up(const payments::OrderId& reference,
                                           const Context& /*context*/) override {
    return does("look_up", reference, [](Account&) {});
  }

  /// What is still on its way arrives, the oldest first; false when nothing is.
  bool deliver_late() {
    const std::lock_guard lock(mutex_);
    if (late_.empty()) return false;
    const auto [reference, change] = std::move(late_.front());
    late_.erase(late_.begin());
    change(accounts_[reference]);
    return true;
  }

  Account account(const payments::OrderId& reference) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(reference);
    return found == accounts_.end() ? Account{} : found->second;
  }
  /// What it would say of it now.
  payments::ProviderAnswer statement(const payments::OrderId& reference) const {
    return answer_of(account(reference));
  }
  std::size_t calls(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(what);
    return found == calls_.end() ? 0 : found->second;
  }

 private:
  using Change = std::function<void(Account&)>;

  static payments::ProviderAnswer answer_of(const Account& account) {
    payments::ProviderAnswer answer{.status = account.status};
    // Of what was voided before it was asked for no amount is known.
    if (account.amount.minor_units > 0) answer.amount = account.amount;
    for (const auto& [refund, amount] : account.refunds) answer.refunds.push_back({refund, amount});
    if (account.status == payments::ProviderStatus::Declined) answer.reason = "limit exceeded";
    return answer;
  }

  Result<payments::ProviderAnswer> does(const std::string& what, const payments::OrderId& reference,
                                        Change change) {
    const Mood now = mood(what);
    const std::lock_guard lock(mutex_);
    ++calls_[what];
    if (now == Mood::IsDown) return fail(ErrorCode::Unavailable, "test.down", "it is down.");
    if (now == Mood::AnswersLater) {
      late_.emplace_back(reference, std::move(change));
      return fail(ErrorCode::DeadlineExceeded, "test.late", "no answer yet.");
    }
    // Who only asks does not make an account.
    Account fresh;
    const auto found = accounts_.find(reference);
    Account& account = found == accounts_.end() ? fresh : found->second;
    change(account);
    const payments::ProviderAnswer answer = answer_of(account);
    if (found == accounts_.end() && fresh.status != payments::ProviderStatus::Unknown) {
      accounts_.emplace(reference, fresh);
    }
    if (now == Mood::LosesAnswers) {
      return fail(ErrorCode::DeadlineExceeded, "test.lost", "the answer was lost.");
    }
    return answer;
  }

  const std::string name_;
  mutable std::mutex mutex_;
  std::map<payments::OrderId, Account> accounts_;
  std::map<std::string, std::size_t> calls_;
  std::vector<std::pair<payments::OrderId, Change>> late_;
};

}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "banyan/kernel/store.hpp"

namespace banyan {

/// A ledger in memory: the companion of memory stores. Forgets nothing but what is purged.
class MemoryLedger final : public IdempotencyLedger {
 public:
  explicit MemoryLedger(const Clock& clock) : clock_(&clock) {}

  std::optional<LedgerEntry> find(const CommandKey& key, const Context& context) override;
  Result<void> answer(const KeyedCommand& command, const std::string& answer,
                      const Context& context) override;
  void abandon(const KeyedCommand& command, const Context& context) noexcept override;
  std::int64_t purge(std::chrono::seconds kept_for, std::int64_t limit,
                     const Context& context) override;

  /// See settle_command(); for MemoryStore, which holds its own lock meanwhile.
  std::optional<LedgerEntry::State> settle(const UnitOfWork& unit, bool keeps);

 private:
  struct Kept {
    LedgerEntry entry;
    SteadyTime begun;
    SteadyTime gives_up;  ///< the deadline of who carries it out
  };
  class Rows;

  const Clock* clock_;
  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::string>, Kept> entries_;
};

/// A store in memory. `Tables` is a copyable Writing; a unit of work is done on a copy, which
/// costs time in proportion to what is stored: for tests and demonstrations. With a ledger, which
/// must outlive it, commands under an idempotency key happen once; `ending`, which must outlive it
/// too, gets what units publish and handle (else that is dropped).
template <class Reading, class Writing, class Tables>
class MemoryStore final : public Store<Reading, Writing> {
 public:
  MemoryStore(Tables tables, const Clock& clock, MemoryLedger* ledger = nullptr,
              UnitEnding* ending = nullptr)
      : tables_(std::move(tables)), clock_(&clock), ledger_(ledger), ending_(ending) {}

 private:
  class Unit final : public UnitOfWork {
   public:
    Unit(const Context& context, const Clock& clock) : UnitOfWork(context), clock_(clock) {}
    LeaseTime lease_now() override { return banyan::lease_now(clock_); }

   private:
    const Clock& clock_;
  };

  void run_read(const Context& context,
                const std::function<void(Reading&, UnitOfWork&)>& body) override {
    const std::lock_guard lock(mutex_);
    const OpenUnitOfWork open;
    Unit unit(context, *clock_);
    body(tables_, unit);
  }

  Result<void> run_write(const Context& context,
                         const std::function<Result<void>(Writing&, UnitOfWork&)>& body) override {
    const std::lock_guard lock(mutex_);
    if (context.expired(*clock_)) {
      return fail(ErrorCode::DeadlineExceeded, "banyan.write_not_begun",
                  "the deadline had passed before the unit of work began; nothing was changed");
    }
    const OpenUnitOfWork open;
    Unit unit(context, *clock_);
    Tables copy = tables_;
    Result<void> done = body(copy, unit);
    if (done && ending_ != nullptr) ending_->before_commit(unit);
    if (ledger_ != nullptr) {
      const auto state = ledger_->settle(unit, done.has_value());
      if (state) context.command->commit(*state);
    }
    if (done) {
      tables_ = std::move(copy);
      CommitMark::commit();
    }
    if (done && ending_ != nullptr) ending_->committed(unit);
    return done;
  }

  std::mutex mutex_;
  Tables tables_;
  const Clock* clock_;
  MemoryLedger* ledger_;
  UnitEnding* ending_;
};

}  // namespace banyan

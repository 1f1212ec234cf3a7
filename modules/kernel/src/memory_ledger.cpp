// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/memory_store.hpp"

namespace banyan {

class MemoryLedger::Rows final : public LedgerRows {
 public:
  Rows(MemoryLedger& ledger, SteadyTime gives_up) : ledger_(ledger), gives_up_(gives_up) {}

  std::optional<LedgerEntry> find(const CommandKey& key) override {
    const auto found = ledger_.entries_.find(std::tie(key.caller, key.operation, key.key));
    if (found == ledger_.entries_.end()) return std::nullopt;
    LedgerEntry entry = found->second.entry;
    if (entry.state == LedgerEntry::State::Running &&
        ledger_.clock_->steady() >= found->second.gives_up) {
      entry.state = LedgerEntry::State::Abandoned;
    }
    return entry;
  }

  bool insert(const KeyedCommand& command, LedgerEntry::State state,
              const std::string& answer) override {
    const CommandKey& key = command.key();
    return ledger_.entries_
        .try_emplace(
            {key.caller, key.operation, key.key},
            Kept{{state, command.fingerprint(), answer}, ledger_.clock_->steady(), gives_up_})
        .second;
  }

  void update(const KeyedCommand& command, LedgerEntry::State state,
              const std::string& answer) override {
    const CommandKey& key = command.key();
    const auto found = ledger_.entries_.find(std::tie(key.caller, key.operation, key.key));
    if (found == ledger_.entries_.end()) return;
    found->second.entry.state = state;
    found->second.entry.answer = answer;
  }

 private:
  MemoryLedger& ledger_;
  SteadyTime gives_up_;
};

std::optional<LedgerEntry> MemoryLedger::find(const CommandKey& key, const Context& context) {
  const std::lock_guard lock(mutex_);
  return Rows(*this, context.deadline).find(key);
}

Result<void> MemoryLedger::answer(const KeyedCommand& command, const std::string& answer,
                                  const Context& context) {
  const std::lock_guard lock(mutex_);
  Rows(*this, context.deadline).update(command, LedgerEntry::State::Answered, answer);
  return {};
}

void MemoryLedger::abandon(const KeyedCommand& command, const Context& /*context*/) noexcept {
  const std::lock_guard lock(mutex_);
  const CommandKey& key = command.key();
  const auto found = entries_.find(std::tie(key.caller, key.operation, key.key));
  if (found != entries_.end()) found->second.gives_up = {};
}

std::int64_t MemoryLedger::purge(std::chrono::seconds kept_for, std::int64_t limit,
                                 const Context& /*context*/) {
  const std::lock_guard lock(mutex_);
  const SteadyTime oldest = clock_->steady() - kept_for;
  std::int64_t purged = 0;
  for (auto at = entries_.begin(); at != entries_.end() && purged < limit;) {
    if (at->second.begun >= oldest) {
      ++at;
      continue;
    }
    at = entries_.erase(at);
    ++purged;
  }
  return purged;
}

std::optional<LedgerEntry::State> MemoryLedger::settle(const UnitOfWork& unit, bool keeps) {
  const std::lock_guard lock(mutex_);
  Rows rows(*this, unit.context().deadline);
  return settle_command(rows, unit, keeps);
}

}  // namespace banyan

// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/idempotency.hpp"

#include "banyan/kernel/unit_of_work.hpp"

namespace banyan {

std::optional<LedgerEntry::State> settle_command(LedgerRows& rows, const UnitOfWork& unit,
                                                 bool keeps) {
  const KeyedCommand* command = unit.context().command.get();
  if (command == nullptr) return std::nullopt;
  if (!keeps) {
    // What the body refused may be what the other execution has changed.
    if (command->committed()) return std::nullopt;
    if (auto known = rows.find(command->key())) throw CommandTaken(*std::move(known));
    return std::nullopt;
  }
  const auto& kept = unit.kept();
  const auto state =
      kept && kept->final ? LedgerEntry::State::Answered : LedgerEntry::State::Running;
  if (!command->committed()) {
    if (!rows.insert(*command, state, kept ? kept->text : "")) {
      throw CommandTaken(rows.find(command->key()).value());
    }
    return state;
  }
  if (!kept) return std::nullopt;
  rows.update(*command, state, kept->text);
  return state;
}

}  // namespace banyan

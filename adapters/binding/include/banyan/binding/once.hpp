// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/idempotency.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/port.hpp"

namespace banyan::json {
struct Shape;
}

namespace banyan::binding {

/// In answers to a command under an idempotency key that was begun by an earlier request:
/// `Idempotent-Replayed: true`.
inline constexpr std::string_view kReplayedField = "Idempotent-Replayed";

/// What there is to know about a command without its types.
struct KeyedRequest {
  const PortInfo* port;
  const Operation* operation;
  const json::Shape* request_shape;
  const void* request;  ///< without its secrets: a fingerprint of it is kept
  std::type_index response;
  KeyedCommand::Encode encode;  ///< see KeyedCommand
  KeyedCommand::Decode decode;  ///< only where the operation resumes what was accepted
};

/// Carries commands with an idempotency key out once: asks the module's ledger first, and keeps
/// there what was answered. A repetition gets the answer of the first time. One that comes while
/// the first is still under way waits for it until its deadline, then Conflict
/// "banyan.command_running". Another request under the same key is Conflict, "<port>.key_reused"
/// where the operation declares that, else "banyan.idempotency_key_reused". A command whose
/// execution died in the middle without having said what it answers is Conflict
/// "banyan.outcome_unknown": nobody guesses. One that has accepted is answered so, or resumed where
/// the operation says that it can be. Whoever asks is told through Context::replayed that it was
/// begun earlier. Safe for concurrent use.
class OnceByKey {
 public:
  OnceByKey(IdempotencyLedger& ledger, const Clock& clock) : ledger_(&ledger), clock_(&clock) {}

  /// Calls the module with the context that it is given and returns its answer, encoded.
  using CarryOut = std::function<std::string(const Context&)>;

  /// The encoded answer of an earlier execution; an Error of the ledger's; or nothing: `carry_out`
  /// was called, and its answer stands.
  std::optional<Result<std::string>> run(const KeyedRequest& command, const Context& context,
                                         const CarryOut& carry_out) const;

 private:
  std::optional<Result<std::string>> known(const LedgerEntry& entry, const KeyedRequest& command,
                                           const std::string& fingerprint) const;
  void execute(const std::shared_ptr<KeyedCommand>& command, const Context& context,
               const CarryOut& carry_out, bool resumes) const;

  IdempotencyLedger* ledger_;
  const Clock* clock_;
};

/// How an answer stands in the ledger; `value` may be null for an operation that answers nothing.
std::string encode_answer(const Error* error, const json::Shape* shape, const void* value);
/// Reads it into `value`. What cannot be read is Internal "banyan.unreadable_answer".
std::optional<Error> decode_answer(const std::string& answer, const json::Shape* shape,
                                   void* value);

}  // namespace banyan::binding

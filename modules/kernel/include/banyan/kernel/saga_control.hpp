// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/kernel/saga.hpp"

/// What people do about a saga that does not get on by itself (docs/how-to/sagas.md).
namespace banyan {

enum class SagaWish : std::uint8_t {
  Retry,  ///< ask again, with a fresh count of attempts
  Mark,   ///< the step is done (on the way back: undone), because somebody has seen to it
  Back,   ///< from now on the aim is to undo
};
/// "retry", "mark", "back".
std::string_view to_string(SagaWish wish);
std::optional<SagaWish> saga_wish_from(std::string_view name);

struct SagaOrder {
  SagaWish wish = SagaWish::Retry;
  std::string who;
  std::string why;
  /// Where it was when somebody decided this: SagaInstance::at_call(). Then it is for that step
  /// alone, and an order that comes twice does not hit the next one. "" is wherever it is, and not
  /// enough for Mark.
  std::string at;
};

/// What may be wished for now.
std::vector<SagaWish> possible_wishes(const SagaInstance& saga);

/// FailedPrecondition "banyan.saga_not_possible" with the reason and what is possible instead, as
/// words and as details; also when the saga is no more where the order says. InvalidArgument
/// "banyan.invalid_request" when it has to say that and does not. Nothing when it may be wished
/// for.
std::optional<Error> refuse(const SagaInstance& saga, const SagaOrder& order);

/// NotFound "banyan.unknown_saga".
std::unexpected<Error> unknown_saga(const SagaId& id);

/// The sagas of one module, for those who operate it. A module has it as a base of what it makes,
/// and answers with SagaEngine::carry_out().
class SagaControl {
 public:
  virtual ~SagaControl() = default;
  /// Carries the order out, in one unit of work that takes the lease from whoever drives the saga:
  /// what that one writes from then on is refused. Who and why are kept with the step. The saga as
  /// it is then; it goes on in the background. The errors of refuse() and unknown_saga();
  /// FailedPrecondition "banyan.saga_not_possible" when the module contradicts.
  virtual Result<SagaRecord> order_saga(const SagaId& id, const SagaOrder& order,
                                        const Context& context) = 0;
};

}  // namespace banyan

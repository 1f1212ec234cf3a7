// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "banyan/kernel/port.hpp"
#include "banyan/kernel/saga.hpp"

/// How a saga is written down: a list of steps, each a type that names a port and makes a request
/// of what the saga is about (its `State`, an aggregate of the module).
///
///     struct Reserve {                                   // a call
///       using Port = warehouse::Warehouse;
///       static warehouse::ReserveStock request(const Order&);
///       static Result<void> done(Order&, const warehouse::Reservation&, Timestamp);   // optional
///       static Result<void> marked(Order&, Timestamp);                                // optional
///     };
///     struct PlaceOrderSaga {
///       using State = Order;
///       static constexpr SagaInfo info{.name = "place_order", .version = 2};
///       using Steps = SagaSteps<Compensable<Reserve, Release>, Compensable<Authorise, Void>,
///                               Pivot<Confirm, Release>, Retriable<Capture>>;
///       static Result<void> undone(Order&, const SagaRecord&, Timestamp);
///     };
///
/// `done` and `undone` run inside the unit of work that writes the answer down: what they change is
/// stored with it. An error from them leaves the saga stuck, for its module contradicts the answer.
/// `marked` is in place of `done` when a person says that the step has happened, so that there is
/// no answer; a call that has a `done` and no `marked` cannot be marked.
///
/// The participants keep three laws, which make every order of loss and repetition harmless: do
/// twice is do once, undo twice is undo once, and undo before do means that the do never happens.
namespace banyan {

struct SagaInfo {
  std::string_view name;     ///< snake_case, never changed once instances exist
  std::int64_t version = 1;  ///< another list of steps is another version, beside the old one
  std::chrono::seconds deadline{0};  ///< from its beginning; then it turns back. 0 is none
  std::string_view summary{};
};

/// A call of a step: `Port`, `State` and `request(const State&)`, which may be repeated.
template <class Call>
concept SagaCallType =
    requires(const typename Call::State& state) {
      typename Call::Port;
      { Call::request(state) };
    } && IsPort<typename Call::Port> &&
    IsOperation<
        std::remove_cvref_t<decltype(Call::request(std::declval<const typename Call::State&>()))>>;

template <SagaCallType Call>
using OperationOf =
    std::remove_cvref_t<decltype(Call::request(std::declval<const typename Call::State&>()))>;

template <class Call>
inline constexpr bool kMayBeRepeated =
    safe_to_repeat(OperationOf<Call>::operation, /*has_key=*/true);

template <SagaCallType Do_, SagaCallType Undo_>
struct Compensable {
  static_assert(kMayBeRepeated<Do_> && kMayBeRepeated<Undo_>,
                "a step of a saga is asked for again after a failure: declare its operations"
                " .idempotency = Natural or ByKey");
  static_assert(std::same_as<typename Do_::Port, typename Undo_::Port>,
                "who has done it undoes it: both operations are of one port");
  using Do = Do_;
  using Undo = Undo_;
  static constexpr StepKind kind = StepKind::Compensable;
};

struct Nothing {};

/// The point of no return. `Revoke`, when there is one, makes sure that it never happens, or is
/// refused because it has: without one, a pivot of unknown outcome can only be asked again.
template <SagaCallType Do_, class Revoke = Nothing>
struct Pivot {
  static_assert(kMayBeRepeated<Do_>, "declare the pivot .idempotency = Natural or ByKey");
  using Do = Do_;
  using Undo = Revoke;
  static constexpr StepKind kind = StepKind::Pivot;
};

template <SagaCallType Do_>
struct Retriable {
  static_assert(kMayBeRepeated<Do_>, "declare it .idempotency = Natural or ByKey");
  using Do = Do_;
  using Undo = Nothing;
  static constexpr StepKind kind = StepKind::Retriable;
};

/// Asks, by a read, until `Ask::has_come(answer)`: now and then, and at once when the saga is
/// woken.
template <SagaCallType Ask>
struct Await {
  static_assert(OperationOf<Ask>::operation.effect == Effect::Read, "awaiting changes nothing");
  using Do = Ask;
  using Undo = Nothing;
  static constexpr StepKind kind = StepKind::Await;
};

/// Compensable steps, then at most one pivot, then what succeeds some time.
constexpr bool is_saga_order(std::initializer_list<StepKind> kinds) {
  bool no_return = false;
  for (const StepKind kind : kinds) {
    if (no_return && (kind == StepKind::Compensable || kind == StepKind::Pivot)) return false;
    no_return = no_return || kind != StepKind::Compensable;
  }
  return true;
}

template <class... Steps>
struct SagaSteps {
  static_assert(sizeof...(Steps) > 0, "a saga has steps");
  static_assert(is_saga_order({Steps::kind...}),
                "a saga is Compensable… then at most one Pivot, then Retriable… or Await…: nothing"
                " behind the point of no return can be undone");
};

/// The ports that a module's sagas call: `SagaPorts<warehouse::Warehouse, …>`. A step that calls
/// another one does not compile, and these come from the module's Needs.
template <class... Ports>
using SagaPorts = std::tuple<Ports*...>;

template <class P, class Ports>
inline constexpr bool kIsAmong = false;
template <class P, class... Ports>
inline constexpr bool kIsAmong<P, std::tuple<Ports*...>> = (std::same_as<P, Ports> || ...);

template <class... Definitions>
struct SagaList {};

/// A step as a fresh instance has it.
template <class Step>
SagaStep declared_step() {
  using Do = typename Step::Do;
  SagaStep step{.name = std::string(OperationOf<Do>::operation.name),
                .undo = {},
                .kind = Step::kind,
                .dependency = std::string(Do::Port::port.name),
                .state = StepState::ToCome,
                .doing = {},
                .undoing = {},
                .note = {}};
  if constexpr (!std::same_as<typename Step::Undo, Nothing>) {
    step.undo = OperationOf<typename Step::Undo>::operation.name;
  }
  return step;
}

template <class... Steps>
std::vector<SagaStep> declared_steps(SagaSteps<Steps...> /*steps*/) {
  return {declared_step<Steps>()...};
}

/// All that instances of a module may name, in the order of the list.
template <class... Definitions>
std::vector<SagaOutline> outlines_of(SagaList<Definitions...> /*list*/) {
  return {SagaOutline{.name = std::string(Definitions::info.name),
                      .version = Definitions::info.version,
                      .summary = std::string(Definitions::info.summary),
                      .deadline = Definitions::info.deadline,
                      .steps = declared_steps(typename Definitions::Steps{})}...};
}

/// What a call of a step has answered: what to do about it inside the unit of work, or an error.
template <class State>
struct SagaReply {
  std::optional<Error> error;
  bool not_yet = false;  ///< of an Await
  std::function<Result<void>(State&, Timestamp)> apply;
};

/// A definition whose steps know the ports that they call.
template <class State>
struct SagaBody {
  using Call = std::function<SagaReply<State>(const State&, const Context&)>;
  using End = std::function<Result<void>(State&, const SagaRecord&, Timestamp)>;
  /// What a person's word is to the state; empty: nothing.
  using Mark = std::function<Result<void>(State&, Timestamp)>;
  struct Step {
    Call run;
    Call undo;
    Mark marked_done;
    Mark marked_undone;
  };
  SagaInfo info;
  std::vector<SagaStep> steps;  ///< as a fresh instance has them
  std::vector<Step> calls;
  End done;    ///< may be empty
  End undone;  ///< may be empty
};

template <class Call, bool kAwait, class Ports>
typename SagaBody<typename Call::State>::Call bind_call(const Ports& ports) {
  using State = typename Call::State;
  static_assert(kIsAmong<typename Call::Port, Ports>,
                "a step calls a port that is not among its module's SagaPorts: name it there, and"
                " in the module's Needs");
  auto* port = std::get<typename Call::Port*>(ports);
  return [port](const State& state, const Context& context) -> SagaReply<State> {
    auto answer = port->handle(Call::request(state), context);
    if (!answer) return {std::move(answer.error()), false, {}};
    if constexpr (kAwait) {
      if (!Call::has_come(*answer)) return {std::nullopt, true, {}};
    }
    return {std::nullopt, false,
            [answer = *std::move(answer)](State& changed, Timestamp now) -> Result<void> {
              if constexpr (requires { Call::done(changed, answer, now); }) {
                return Call::done(changed, answer, now);
              }
              return {};
            }};
  };
}

template <class Call>
typename SagaBody<typename Call::State>::Mark bind_mark() {
  using State = typename Call::State;
  using Answer = typename OperationOf<Call>::Response;
  if constexpr (requires(State& state, Timestamp now) { Call::marked(state, now); }) {
    return &Call::marked;
  } else if constexpr (requires(State& state, const Answer& answer, Timestamp now) {
                         Call::done(state, answer, now);
                       }) {
    return [](State& /*state*/, Timestamp /*now*/) -> Result<void> {
      return fail(ErrorCode::FailedPrecondition, "banyan.saga_not_possible",
                  "only the answer to " + std::string(OperationOf<Call>::operation.name) +
                      " says what changes here, so nobody can mark it; retry it, or give its call"
                      " a function marked()");
    };
  } else {
    return {};
  }
}

template <class Step, class State, class Ports>
void bind_step(SagaBody<State>& body, const Ports& ports) {
  using Do = typename Step::Do;
  using Undo = typename Step::Undo;
  static_assert(std::same_as<typename Do::State, State>, "a step of another saga's state");
  typename SagaBody<State>::Step calls{
      bind_call < Do, Step::kind == StepKind::Await > (ports), {}, bind_mark<Do>(), {}};
  if constexpr (!std::same_as<Undo, Nothing>) {
    calls.undo = bind_call<Undo, false>(ports);
    calls.marked_undone = bind_mark<Undo>();
  }
  body.steps.push_back(declared_step<Step>());
  body.calls.push_back(std::move(calls));
}

template <class Definition, class Ports>
SagaBody<typename Definition::State> bind_saga(const Ports& ports) {
  using State = typename Definition::State;
  SagaBody<State> body{Definition::info, {}, {}, {}, {}};
  [&]<class... Steps>(SagaSteps<Steps...>) {
    (bind_step<Steps>(body, ports), ...);
  }(typename Definition::Steps{});
  if constexpr (requires { &Definition::done; }) body.done = &Definition::done;
  if constexpr (requires { &Definition::undone; }) body.undone = &Definition::undone;
  return body;
}

}  // namespace banyan

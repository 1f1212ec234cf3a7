// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/error_origin.hpp"
#include "banyan/kernel/saga_bodies.hpp"
#include "banyan/kernel/saga_control.hpp"
#include "banyan/kernel/saga_definition.hpp"
#include "banyan/kernel/saga_runner.hpp"
#include "banyan/kernel/saga_work.hpp"
#include "banyan/kernel/store.hpp"
#include "banyan/kernel/tracing.hpp"

namespace banyan {

/// A call of one of a saga's steps, kept within what is left to the drive.
Context context_of_saga_call(const SagaCall& call, const Context& context, const SagaPolicy& policy,
                             const Clock& clock);
/// What the span of a step says besides what came of it.
void describe_saga_call(Span& span, std::string_view module, const SagaRecord& saga,
                        const SagaCall& call);
void describe_saga_answer(Span& span, const SagaAnswer& answer);
/// The span under which a saga goes on that somebody else has begun, maybe before a restart: inside
/// of the request that began it.
Span resumed_saga(Tracer* tracer, std::string_view module, const SagaRecord& saga,
                  Context& context);
/// Whoever takes a saga up later goes on with the trace, if there is anything to find in it.
std::string traceparent_of(const Context& context);
/// The definitions that instances name and `known` lacks, in words; "" when there is none.
std::string unknown_sagas(const std::vector<SagaVersion>& open,
                          const std::vector<SagaVersion>& known, std::string_view module);

/// Drives the sagas of one module. What it needs of the module is `Host`:
///
///     struct OrderSagas {
///       using Store = OrderStore;  using Reading = OrdersReading;  using Writing = OrdersWriting;
///       using State = Order;                              // what its sagas are about
///       using Ports = SagaPorts<warehouse::Warehouse>;    // whom they call
///       using Sagas = SagaList<PlaceOrderV1, PlaceOrder>; // all that instances may name
///       static constexpr std::string_view module = "orders";
///       static SagaRows& rows(Reading&);
///       static std::optional<State> load(Reading&, const std::string& subject);
///       static void save(Writing&, const State& before, const State& after, Timestamp);
///       static void ended(const State&, const SagaRecord&, UnitOfWork&);  // last, in the same
///       unit
///     };
///
/// No unit of work is open while a call is under way. Outcome, next step and the change of the
/// state are one unit, which names the lease's holder: whoever has lost the lease writes nothing.
/// Safe for concurrent use, also by several processes on one database.
template <class Host>
class SagaEngine {
 public:
  using Store = typename Host::Store;
  using Reading = typename Host::Reading;
  using Writing = typename Host::Writing;
  using State = typename Host::State;

  /// A saga, what it is about, and as whom the one who has this may drive it.
  struct Case {
    State state;
    SagaInstance saga;
    std::string holder = {};  ///< "" for who has only looked at it: drive() leaves it alone
  };

  /// All references must outlive it.
  SagaEngine(Store& store, const typename Host::Ports& ports, const Environment& environment,
             const SagaPolicy& policy)
      : store_(store),
        environment_(environment),
        policy_(policy),
        bodies_(typename Host::Sagas{}, ports),
        gates_(policy, environment.clock),
        runner_(
            policy, [this](std::int64_t limit) { return due(limit); },
            [this](const SagaId& id) { drive_in_background(id); }) {}

  /// From now on what is due is driven in the background, on the environment's scheduler. Throws
  /// std::runtime_error when a saga that is not over names a definition which this program lacks.
  void start() {
    const auto open = store_.read(
        background(), [](Reading& reading) { return Host::rows(reading).open_versions(); });
    const std::string lacks = unknown_sagas(open, bodies_.versions(), Host::module);
    if (!lacks.empty()) throw std::runtime_error(lacks);
    runner_.start(environment_.scheduler);
  }

  /// An instance that nobody drives yet and that is not stored.
  template <class Definition>
  SagaRecord fresh(const UnitOfWork& unit, const std::string& subject, const SagaId& id) const {
    const SagaBody<State>& body = bodies_.of(Definition::info);
    const Timestamp now = environment_.clock.now();
    SagaRecord record;
    record.id = id;
    record.name = body.info.name;
    record.version = body.info.version;
    record.subject = subject;
    record.began = now;
    if (body.info.deadline.count() > 0) {
      record.deadline =
          Timestamp{now.micros + std::chrono::microseconds(body.info.deadline).count()};
    }
    record.correlation_id = unit.context().correlation_id;
    record.traceparent = traceparent_of(unit.context());
    record.steps = body.steps;
    return record;
  }

  /// Inside the unit of work that makes what the saga is about, or changes it for the saga: a saga
  /// that the caller drives when the unit is through. Nothing when another one is busy with it.
  template <class Definition>
  std::optional<Case> begin(Writing& writing, UnitOfWork& unit, const std::string& subject,
                            State state, const SagaId& id) {
    SagaInstance saga(fresh<Definition>(unit, subject, id));
    std::string holder = new_holder();
    saga.take_over(holder, unit.lease_now(), policy_);
    if (!Host::rows(writing).add(saga)) return std::nullopt;
    return Case{std::move(state), std::move(saga), std::move(holder)};
  }

  /// For begin(): a subject's sagas are in the order of their ids.
  SagaId id_after(const std::optional<SagaInstance>& newest) const {
    std::optional<SagaId> id;
    if (newest && !newest->data().id.empty()) id = newest->data().id;
    return SagaId::make_after(id, environment_.clock.now(), environment_.random);
  }

  /// Makes the calls that the saga still needs, one after the other, and writes down what came of
  /// each. Nothing of a case that is not the caller's: two who drive under one lease would take
  /// each other's answers for those of the next step. Ends when nothing is left to do, when nobody
  /// answers (it goes on later by itself), when somebody else has taken over, or when nothing can
  /// be written down. Answers with how it is then. For who began it: what is stored is the answer,
  /// also when the database has failed since; the background goes on from there, and tells of what
  /// prevents it.
  Case drive(Case current, const Context& context) {
    try {
      drive_on(current, context);
    } catch (const OperationalFault& fault) {
      if (fault.error().code == ErrorCode::Internal) throw;
    }
    return current;
  }

  /// Takes a saga that is due, if it is, and drives it.
  Result<std::optional<Case>> drive_if_due(const SagaId& id, const Context& context) {
    Result<std::optional<Taken>> taken = claim(id, context);
    if (!taken) return fail(std::move(taken).error());
    if (!*taken) return std::optional<Case>();
    return std::optional<Case>(drive(std::move((*taken)->of), context));
  }

  /// The same for one that nobody drives now: the next round takes it up.
  template <class Definition>
  bool leave_to_the_runner(Writing& writing, UnitOfWork& unit, const std::string& subject,
                           const SagaId& id) {
    SagaRecord left = fresh<Definition>(unit, subject, id);
    left.waits_until = unit.lease_now();  // due at once, and everybody knows since when
    return Host::rows(writing).add(SagaInstance(std::move(left)));
  }

  /// Inside a unit of work: changes a saga that others may be driving, and takes it over. `change`
  /// says whether it did anything; nothing comes back when it did not.
  template <class Change>
  std::optional<Case> interfere(Writing& writing, UnitOfWork& unit, State state, SagaInstance saga,
                                Change&& change) {
    const std::int64_t epoch = saga.data().epoch;
    if (!std::invoke(change, saga)) return std::nullopt;
    std::string holder = new_holder();
    saga.take_over(holder, unit.lease_now(), policy_);
    if (!Host::rows(writing).save(saga, epoch)) return std::nullopt;
    return Case{std::move(state), std::move(saga), std::move(holder)};
  }

  /// What SagaControl::order_saga() promises.
  Result<SagaRecord> carry_out(const SagaId& id, const SagaOrder& order, const Context& context) {
    Result<SagaRecord> changed =
        store_.write(context, [&](Writing& writing, UnitOfWork& unit) -> Result<SagaRecord> {
          std::optional<SagaInstance> saga = Host::rows(writing).find(id);
          if (!saga) return unknown_saga(id);
          if (auto refusal = refuse(*saga, order)) return fail(*std::move(refusal));
          State state = Host::load(writing, saga->data().subject).value();
          const State before = state;
          const std::int64_t epoch = saga->data().epoch;
          const Result<void> legal = obey(*saga, order, state);
          if (!legal) {
            return fail(ErrorCode::FailedPrecondition, "banyan.saga_not_possible",
                        std::string(Host::module) + ": " + legal.error().message);
          }
          saga->take_from_holder();
          if (!Host::rows(writing).save(*saga, epoch)) return lease_lost(id);
          Host::save(writing, before, state, environment_.clock.now());
          if (!saga->open()) Host::ended(*this, writing, unit, state, saga->data());
          return saga->data();
        });
    if (changed) poke();
    return changed;
  }

  /// Inside a unit of work: what the subject's saga waits for may have come.
  void wake(Writing& writing, const std::string& subject) {
    std::optional<SagaInstance> saga = Host::rows(writing).newest_of(subject);
    if (!saga || !saga->open() || !saga->data().holder.empty()) return;
    saga->wake();
    Host::rows(writing).save(*saga, saga->data().epoch);
  }
  /// There is something to do: the background runner need not wait for its interval.
  void poke() { runner_.poke(); }

  /// One round of the background runner: for tests and simulations.
  void round() { runner_.round(); }
  bool due(const SagaInstance& saga, const LeaseTime& now) const { return saga.due(now, policy_); }

 private:
  /// A case that was due, and what is told of the taking up.
  struct Taken {
    Case of;
    SagaTurn turn;
  };

  Result<void> obey(SagaInstance& saga, const SagaOrder& order, State& state) const {
    const Timestamp now = environment_.clock.now();
    switch (order.wish) {
      case SagaWish::Retry:
        saga.note("to be tried again", order.who, order.why);
        saga.retry();
        return {};
      case SagaWish::Back:
        saga.note("turned back", order.who, order.why);
        saga.turn_back("by_operator", "turned back by " + order.who + ": " + order.why);
        return {};
      case SagaWish::Mark: break;
    }
    const SagaBody<State>* const body = bodies_.find(saga.data());
    if (body == nullptr) {
      return fail(ErrorCode::FailedPrecondition, "banyan.saga_not_possible",
                  "this program lacks version " + std::to_string(saga.data().version) + " of " +
                      saga.data().name);
    }
    const auto& calls = body->calls.at(static_cast<std::size_t>(saga.data().step));
    const auto& marked =
        saga.data().phase == SagaPhase::Back ? calls.marked_undone : calls.marked_done;
    if (marked) {
      if (Result<void> legal = marked(state, now); !legal) return legal;
    }
    saga.mark(order.who, order.why, now);
    return finish(*body, state, saga.data(), now);
  }

  static std::unexpected<Error> lease_lost(const SagaId& id) {
    return fail(ErrorCode::Conflict, "lease_lost",
                "somebody else drives saga " + id.str() + " by now");
  }

  /// A name for one drive of one saga.
  std::string new_holder() const {
    return make_uuid7(environment_.clock.now(), environment_.random);
  }
  Context background() const {
    return Context::begin(3 * policy_.call_budget, environment_.clock, environment_.random);
  }
  /// Due, or let through to see whether its dependency answers.
  bool may_take(const SagaInstance& saga, const LeaseTime& now) const {
    return saga.due(now, policy_) ||
           (!saga.data().blocked_on.empty() && saga.data().holder.empty());
  }

  Result<std::optional<Taken>> claim(const SagaId& id, const Context& context) {
    using Found = std::optional<Taken>;
    const std::string holder = new_holder();
    const Timestamp now = environment_.clock.now();
    return store_.write(context, [&](Writing& writing, UnitOfWork& unit) -> Result<Found> {
      std::optional<SagaInstance> saga = Host::rows(writing).find(id);
      const LeaseTime lease_now = unit.lease_now();
      if (!saga || !may_take(*saga, lease_now)) return Found();
      const std::int64_t epoch = saga->data().epoch;
      // Nobody knows since when one is due that was woken.
      const SagaTurn turn(saga->data(), saga->data().waits_until.over_for(lease_now));
      saga->turn_back_if_late(now);
      if (!saga->take_over(holder, lease_now, policy_)) return Found();
      std::optional<State> state = Host::load(writing, saga->data().subject);
      if (!state || !Host::rows(writing).save(*saga, epoch)) return Found();
      return Found(Taken{Case{*std::move(state), *std::move(saga), holder}, turn});
    });
  }

  /// `current` is what is stored, also when an exception leaves this.
  void drive_on(Case& current, const Context& context) {
    while (current.saga.held_by(current.holder)) {
      const std::optional<SagaCall> call = current.saga.next();
      const SagaBody<State>* body = bodies_.find(current.saga.data());
      if (!call || body == nullptr) break;
      std::optional<Case> after = make_step(current, *call, *body, context);
      if (!after) break;
      current = *std::move(after);
    }
  }

  std::optional<Case> make_step(const Case& current, const SagaCall& call,
                                const SagaBody<State>& body, const Context& context) {
    SagaPermit permit(gates_, call.dependency);
    if (!permit.granted()) {
      return record(current, call, body,
                    {SagaOutcome::NoAnswer, "banyan.unreachable",
                     call.dependency + " does not answer; waiting until it does", std::nullopt},
                    {}, context);
    }
    CallSpan step(context, SpanKind::Internal, saga_span_, call.name);
    describe_saga_call(step.span(), Host::module, current.saga.data(), call);
    SagaAnswer answer{.outcome = {}, .rule = {}, .problem = {}, .began = environment_.clock.now()};
    const auto& calls = body.calls.at(call.step);
    const SagaReply<State> reply = (call.undo ? calls.undo : calls.run)(
        current.state, context_of_saga_call(call, step.context(), policy_, environment_.clock));
    if (reply.error) {
      answer.outcome = outcome_of(*reply.error);
      answer.rule = reply.error->rule;
      answer.problem = problem_of(call, *reply.error);
    } else if (reply.not_yet) {
      answer.outcome = SagaOutcome::NotYet;
    }
    describe_saga_answer(step.span(), answer);
    // Whoever is at work on an earlier try answers, if not with what comes of it.
    const bool at_work = reply.error && is_still_running(*reply.error);
    const bool was_out = permit.tell(at_work ? SagaOutcome::NotYet : answer.outcome);
    std::optional<Case> after = record(current, call, body, answer, reply.apply, step.context());
    if (was_out) release(call.dependency, step.context());
    return after;
  }

  /// Writes down what came of a call, unless somebody else has the lease by now.
  std::optional<Case> record(const Case& current, const SagaCall& call, const SagaBody<State>& body,
                             const SagaAnswer& answer,
                             const std::function<Result<void>(State&, Timestamp)>& apply,
                             const Context& context) {
    const Timestamp now = environment_.clock.now();
    const std::uint64_t jitter = environment_.random.next();
    const SagaId& id = current.saga.data().id;
    Result<Case> recorded =
        store_.write(context, [&](Writing& writing, UnitOfWork& unit) -> Result<Case> {
          SagaInstance saga = Host::rows(writing).find(id).value();
          State state = Host::load(writing, saga.data().subject).value();
          if (!saga.held_by(current.holder)) return Case{std::move(state), std::move(saga)};
          const State before = state;
          const std::int64_t epoch = saga.data().epoch;
          const SagaMoment moment{now, unit.lease_now()};
          Result<void> legal;
          if (apply) legal = apply(state, now);
          saga.take(call, answer, moment, policy_, jitter);
          if (legal) legal = finish(body, state, saga.data(), now);
          if (!legal) {
            state = before;
            saga.stuck(Host::module.data() + (": " + legal.error().message));
          }
          if (saga.held_by(current.holder)) saga.renew(moment.lease, policy_);
          if (!Host::rows(writing).save(saga, epoch)) return lease_lost(id);
          Host::save(writing, before, state, now);
          if (!saga.open()) Host::ended(*this, writing, unit, state, saga.data());
          return Case{std::move(state), std::move(saga), current.holder};
        });
    if (!recorded) return std::nullopt;
    return *std::move(recorded);
  }

  static Result<void> finish(const SagaBody<State>& body, State& state, const SagaRecord& saga,
                             Timestamp now) {
    if (saga.status == SagaStatus::Done && body.done) return body.done(state, saga, now);
    if (saga.status == SagaStatus::Undone && body.undone) return body.undone(state, saga, now);
    return {};
  }

  static std::string problem_of(const SagaCall& call, const Error& error) {
    std::string text = call.dependency + '.' + call.name + ": " + error.rule + ": " + error.message;
    for (const Detail& detail : error.details) {
      text += "; " + detail.where + ": " + detail.problem;
    }
    return text;
  }

  /// A dependency answers again: all that waited for it go on, not all in the same moment.
  void release(const std::string& dependency, const Context& context) {
    const std::chrono::microseconds spread =
        std::min(std::chrono::microseconds(policy_.longest_backoff),
                 std::chrono::microseconds(policy_.first_backoff) * 4);
    // Should this fail, each goes on when its own waiting is over.
    (void)store_
        .write(context,
               [&](Writing& writing, UnitOfWork& unit) -> Result<void> {
                 Host::rows(writing).release(dependency, unit.lease_now(), spread);
                 return {};
               })
        .has_value();
  }

  std::vector<SagaId> due(std::int64_t limit) {
    SagaHindrance hindrance(environment_.work);
    if constexpr (requires { Host::before_round(store_, *this, background()); }) {
      Host::before_round(store_, *this, background());
    }
    const std::vector<std::string> to_probe = gates_.to_probe();
    auto found = store_.read(background(), [&](Reading& reading, UnitOfWork& unit) {
      SagaRows& rows = Host::rows(reading);
      const LeaseTime now = unit.lease_now();
      const std::chrono::microseconds longest = policy_.longest_wait();
      std::vector<SagaId> ids = rows.due(now, longest, gates_.out(), limit);
      for (const std::string& dependency : to_probe) {
        auto probe = rows.waiting_for(dependency, now, longest);
        if (probe) ids.insert(ids.begin(), *std::move(probe));
      }
      return ids;
    });
    hindrance.is_none();
    return found;
  }

  void drive_in_background(const SagaId& id) {
    SagaHindrance hindrance(environment_.work);
    Context context = background();
    const auto saga =
        store_.read(context, [&](Reading& reading) { return Host::rows(reading).find(id); });
    if (!saga) return hindrance.is_none();
    context.correlation_id = saga->data().correlation_id;
    context.stickiness_key = saga->data().subject;
    const Span span = resumed_saga(environment_.tracer, Host::module, saga->data(), context);
    // What cannot be written down now is due again later: the lease runs out.
    Result<std::optional<Taken>> taken = claim(id, context);
    if (!taken) return;
    if (!*taken) return hindrance.is_none();
    auto& [current, turn] = **taken;
    try {
      drive_on(current, context);
    } catch (const OperationalFault& fault) {
      if (fault.error().code == ErrorCode::Internal) turn.failed(environment_.work);
      throw;
    } catch (...) {
      turn.failed(environment_.work);
      throw;
    }
    if (was_hindered(current)) {
      if (is_out_for_long(current.saga.data())) turn.failed(environment_.work);
      return;
    }
    hindrance.is_none();
    if (came_to_nothing(current)) {
      turn.failed(environment_.work);
    } else {
      turn.got_on(environment_.work, current.saga.data());
    }
  }

  /// Of a case that was driven, and nobody's fault here: who has the lease still, or has lost it,
  /// could not write down what came of the last call; and who does not answer may do so in a
  /// moment.
  bool was_hindered(const Case& driven) const {
    if (driven.saga.next() && bodies_.find(driven.saga.data()) == nullptr) return false;
    return driven.holder.empty() || driven.saga.held_by(driven.holder) ||
           driven.saga.data().outages > 0;
  }
  bool is_out_for_long(const SagaRecord& saga) const {
    return saga.outages > 0 && gates_.unanswered_for(saga.blocked_on) >= kLongOutage;
  }
  /// The rest of them. Who has the lease still lacks the definition.
  static bool came_to_nothing(const Case& driven) {
    const SagaRecord& saga = driven.saga.data();
    return driven.saga.held_by(driven.holder) || saga.status == SagaStatus::Stuck ||
           saga.attempts > 0;
  }

  Store& store_;
  const Environment environment_;
  const SagaPolicy policy_;
  const SagaBodies<State> bodies_;
  const std::string saga_span_ = std::string(Host::module) + ".saga";
  SagaGates gates_;
  SagaRunner runner_;  // last: it stops first
};

}  // namespace banyan

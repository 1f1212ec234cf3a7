// SPDX-License-Identifier: Apache-2.0
#include "shadows.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include "banyan/telemetry/contained.hpp"
#include "copy_pair.hpp"
#include "shadow_copy.hpp"

namespace banyan::serving {
namespace {

using strangler::Capture;
using strangler::CopyDropped;
using strangler::PairOf;

constexpr std::size_t kAskers = 2;
constexpr std::size_t kWaitingToAsk = 32;
constexpr std::size_t kComparers = 1;
constexpr std::size_t kWaitingToBeCompared = 64;

/// Why there is nothing to compare a copy's answer with.
std::optional<CopyDropped> why_not(Capture& capture, const strangler::Outcome& outcome) {
  if (capture.dropped()) return capture.dropped();
  if (outcome.stream) return CopyDropped::Stream;
  const bool whole = outcome.failure == strangler::ForwardFailure::None && !outcome.in_place_of;
  if (!whole || capture.answer().head.status == 0) return CopyDropped::NoAnswer;
  if (capture.answer().head.status == 304) return CopyDropped::NotModified;
  return std::nullopt;
}

/// It has failed, or was given up.
void count_failure(const ShadowCopy& copy, strangler::CopyFailure::Kind kind) {
  using Kind = strangler::CopyFailure::Kind;
  switch (kind) {
    case Kind::Unwell: return copy.dropped(CopyDropped::Unwell);
    case Kind::Paused: return copy.dropped(CopyDropped::Paused);
    case Kind::Full: return copy.dropped(CopyDropped::Full);
    case Kind::Stream: return copy.dropped(CopyDropped::Stream);
    case Kind::TooLarge:
      return copy.dropped(copy.capture->dropped().value_or(CopyDropped::AnswerTooLarge));
    default: return copy.shadow().counts.failed(kind);
  }
}

}  // namespace

Shadows::Shadows(const Parts& parts)
    : parts_(parts),
      askers_(make_worker_pool(
          kAskers, kWaitingToAsk,
          [this](std::string_view what) { parts_.outcomes.fault_of_copies(what); })),
      comparers_(make_worker_pool(kComparers, kWaitingToBeCompared, [this](std::string_view what) {
        parts_.outcomes.fault_of_copies(what);
      })) {}

void Shadows::end() {
  // The first may still hand something to the second.
  for (std::unique_ptr<Executor>* each : {&askers_, &comparers_}) {
    std::unique_ptr<Executor> last;  // joined without the lock, which its tasks may want
    const std::lock_guard lock(mutex_);
    last = std::move(*each);
  }
}

bool Shadows::submit(std::unique_ptr<Executor>& workers, Executor::Task task) {
  const std::lock_guard lock(mutex_);
  return workers && workers->submit(std::move(task));
}

void Shadows::fault(std::string_view event, const ShadowCopy& copy, std::string_view what) const {
  parts_.outcomes.fault_of_copy(event,
                                {.target = *copy.target,
                                 .correlation_id = copy.correlation_id,
                                 .request_id = copy.request_id,
                                 .to = copy.to},
                                what);
}

void Shadows::answered(Transaction& transaction, const strangler::Outcome& outcome) {
  auto capture = std::exchange(transaction.capture, nullptr);
  const Target& target = *transaction.target;
  const BothSides& sides = *target.both_sides;
  strangler::RolloutShadow& shadow = sides.figures->shadow;
  if (const auto reason = why_not(*capture, outcome)) return shadow.counts.dropped(*reason);
  strangler::Taken place(shadow.under_way, sides.shadow.at_once);
  if (!place.more(1)) return shadow.counts.dropped(CopyDropped::AtOnce);
  const bool asks_old_side = side_to_copy_to(transaction) == Side::Local;
  if (asks_old_side && !may_ask_old_side_more(target, parts_.clock, true)) {
    return shadow.counts.dropped(CopyDropped::Budget);
  }
  auto copy =
      shadow_copy_of(transaction, std::move(capture), std::move(place), parts_.trusted_peers);
  // Later: the last bytes of the real answer go first.
  http::Loop& loop = *copy->loop;
  loop.post([this, copy = std::move(copy)] { send(copy); });
}

void Shadows::send(const CopyPtr& copy) {
  if (copy->loop->late()) return copy->dropped(CopyDropped::Busy);
  speak_as_copy(*copy, parts_.clock);
  if (copy->target->destination(copy->to).here) return ask_here(copy);
  ask_upstream(copy);
}

void Shadows::ask_upstream(const CopyPtr& copy) {
  strangler::CopyOrder order = order_of(*copy, parts_.clock);
  order.room = [capture = copy->capture](std::size_t bytes) { return capture->other_piece(bytes); };
  order.done = [this, copy](std::expected<strangler::CopyAnswer, strangler::CopyFailure> answer) {
    if (answer) {
      tell(*copy, outcome_of(copy->to, answer->response, answer->endpoint, answer->took));
      return compare(copy, std::move(answer->response));
    }
    if (is_failure(answer.error().kind)) tell(*copy, outcome_of(copy->to, answer.error()));
    count_failure(*copy, answer.error().kind);
  };
  order.sent = [copy] { copy->shadow().counts.sent(copy->pair == PairOf::OldOld); };
  copy->target->destination(copy->to).pool->forwarder.copy(*copy->loop, std::move(order));
}

void Shadows::tell(const ShadowCopy& copy, const strangler::Outcome& outcome) const {
  if (!copy.wants_line || copy.capture->dropped()) return;
  parts_.outcomes.copied({.head = copy.capture->request()->head,
                          .request_id = copy.request_id,
                          .peer = copy.peer,
                          .route = &copy.target->route,
                          .outcome = outcome,
                          .refusal = {},
                          .now = {},
                          .marks = {}});
}

void Shadows::ask_here(const CopyPtr& copy) {
  auto task = [this, copy] {
    telemetry::contain(
        [&] {
          // What it would be answered then are the kit's words, and not the side's.
          if (copy->context->expired(parts_.clock)) return copy->dropped(CopyDropped::Late);
          copy->shadow().counts.sent(copy->pair == PairOf::OldOld);
          http::Request request = *copy->capture->request();
          copy->sides().copies->say(request.head.fields, copy->to);
          const SteadyTime began = parts_.clock.steady();
          http::Response answer = copy->target->operation->answer(request, *copy->context);
          copy->span.finish();
          if (copy->context->expired(parts_.clock)) return given_up(*copy);
          tell(*copy, outcome_of(copy->to, answer, {}, parts_.clock.steady() - began));
          if (!copy->capture->other_piece(answer.body.size())) {
            return copy->dropped(*copy->capture->dropped());
          }
          compare(copy, std::move(answer));
        },
        [&](std::string_view what) {
          copy->shadow().counts.failed(strangler::CopyFailure::Kind::Fault);
          fault("fault", *copy, what);
        });
  };
  if (!submit(askers_, std::move(task))) copy->dropped(CopyDropped::Full);
}

void Shadows::given_up(const ShadowCopy& copy) const {
  const strangler::CopyFailure late{strangler::CopyFailure::Kind::Timeout,
                                    "no answer in the time that the copy had"};
  strangler::Outcome outcome = outcome_of(copy.to, late);
  outcome.attempts = 0;  // at no upstream, as where it answers in time
  tell(copy, outcome);
  count_failure(copy, late.kind);
}

void Shadows::compare(const CopyPtr& copy, http::Response other) {
  // The place is for what is under way between processes; the memory is kept till the end.
  copy->place.give_back();
  if (refuses_the_secret(*copy, other.head)) return copy->dropped(CopyDropped::Refused);
  auto task = [this, copy, pair = pair_of(*copy, std::move(other))] {
    telemetry::contain(
        [&] {
          // Before its answers are used up.
          const bool speaks = speaks_of_new_side(*pair, copy->answered_by);
          const auto found = copy->sides().findings->add(*pair, parts_.clock.now());
          if (!found) return copy->dropped(found.error());
          copy->shadow().counts.compared();
          if (speaks) parts_.outcomes.compared(*copy->target, found->differs, found->by);
        },
        [&](std::string_view what) {
          copy->dropped(CopyDropped::ComparisonFault);
          fault("comparison_fault", *copy, what);
        });
  };
  if (!submit(comparers_, std::move(task))) copy->dropped(CopyDropped::Queue);
}

}  // namespace banyan::serving

// SPDX-License-Identifier: Apache-2.0
#include "application/attend.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "application/ask_carrier.hpp"

namespace shipping {
namespace {

using banyan::Context;
using banyan::Result;
using banyan::UnitOfWork;

struct Claim {
  Consignment::Data before;  ///< as it was before the intent was written down
  Errand errand;
  bool asked_before;  ///< to book: the carrier may know of it already
  bool first;         ///< attempt: nobody who has tried was refused or is gone
  std::optional<std::chrono::microseconds> lag;  ///< since it was due; nothing where nobody knows
  Result<Carrier*> carrier;
};

std::string_view worker_of(Errand errand) {
  return errand == Errand::Track || errand == Errand::TrackReturn ? kTracking : kBookings;
}

/// Whatever hinders one hinders the other: they share the database, the carrier and its pauses.
void tell_of_hindrance(banyan::WorkObserver& told) {
  told.hindered(kBookings);
  told.hindered(kTracking);
}

/// Tells at its end that the background was hindered, unless somebody has said that its database is
/// there.
class Hindrance {
 public:
  explicit Hindrance(banyan::WorkObserver* told) : told_(told) {}
  ~Hindrance() {
    if (told_ != nullptr) tell_of_hindrance(*told_);
  }
  Hindrance(const Hindrance&) = delete;
  Hindrance& operator=(const Hindrance&) = delete;
  void is_none() { told_ = nullptr; }

 private:
  banyan::WorkObserver* told_;
};

/// Tells of a claim when all is over, however it ends. It came to nothing unless somebody says
/// otherwise.
class Telling {
 public:
  Telling(banyan::WorkObserver* told, const Claim& claim)
      : told_(told), worker_(worker_of(claim.errand)), counts_(claim.first), lag_(claim.lag) {}
  ~Telling() {
    if (told_ == nullptr) return;
    if (counts_) told_->worked({.worker = worker_, .failed = failed_, .lag = lag_});
    if (hindered_) tell_of_hindrance(*told_);
  }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;
  void went_well() { failed_ = false; }
  /// It is not told, or was before.
  void counts_not() { counts_ = false; }
  void hindered() { hindered_ = true; }
  /// Its database was away, or it was away itself for longer than its lease.
  void not_written_down() {
    counts_ = false;
    hindered_ = true;
  }

 private:
  banyan::WorkObserver* const told_;
  const std::string_view worker_;
  bool counts_;
  const std::optional<std::chrono::microseconds> lag_;
  bool failed_ = true;
  bool hindered_ = false;
};

Result<std::optional<Claim>> claim(const UseCaseContext& use_case, const OrderId& order,
                                   const std::string& holder, const Context& context) {
  return use_case.store.write(
      context, [&](ShippingWriting& shipping, UnitOfWork& unit) -> Result<std::optional<Claim>> {
        std::optional<Record> record = shipping.find(order);
        if (!record) return std::optional<Claim>();
        const auto errand = record->consignment.errand();
        if (!errand) return std::optional<Claim>();
        const banyan::LeaseTime lease_now = unit.lease_now();
        const bool first = record->turn.leased_to.empty() && record->turn.refusals == 0;
        const auto lag = record->turn.waits_until.over_for(lease_now);
        if (!record->turn.lease(holder, lease_now, use_case.policy)) {
          return std::optional<Claim>();
        }
        Claim claim{record->consignment.data(),
                    *errand,
                    false,
                    first,
                    lag,
                    carrier_for(use_case.carrier, record->consignment, leg_of(*errand))};
        if (*errand == Errand::Book) claim.asked_before = claim.before.asked;
        if (*errand == Errand::BookReturn) claim.asked_before = claim.before.return_asked;
        const bool books = *errand == Errand::Book || *errand == Errand::BookReturn;
        if (books && claim.carrier) {
          record->consignment.about_to_book((*claim.carrier)->name(), use_case.now());
        }
        keep(shipping, unit, *record);
        return std::optional(std::move(claim));
      });
}

/// What the carrier said, taken in. The carrier has the last word, so what does not fit is kept as
/// a problem for a person.
Result<void> take(Record& record, const Answer& answer, const CarrierPolicy& policy,
                  banyan::Timestamp now) {
  Consignment& consignment = record.consignment;
  switch (answer.kind) {
    case Answer::Kind::Known:
    case Answer::Kind::Booked: {
      const bool is_new = answer.leg == Leg::Outbound
                              ? consignment.data().state == ConsignmentState::Ordered
                              : !consignment.data().return_number;
      if (is_new) {
        if (Result<void> done = consignment.booked(answer.tracking.number, now); !done) return done;
      }
      consignment.learn(answer.tracking.events, now);
      if (answer.leg == Leg::Outbound &&
          consignment.brought_back(answer.tracking.brought_back_at, now)) {
        record.turn.note_problem({}, now);  // who has seen to it has seen to the time before
      }
      return {};
    }
    case Answer::Kind::Cancelled: return consignment.cancel_agreed(now, policy.longest_under_way);
    case Answer::Kind::TooLate:
      consignment.cancel_refused();
      if (consignment.data().state != ConsignmentState::Cancelled) return {};
      return banyan::fail(banyan::ErrorCode::Conflict, "shipping.sent_although_cancelled",
                          "the carrier has collected what was cancelled; tell it to bring it back");
    case Answer::Kind::Unknown:
    case Answer::Kind::Refused:
    case Answer::Kind::NoAnswer: break;
  }
  return {};
}

/// Who has the leg by now, by an answer to what was claimed.
void note_carrier(Consignment& consignment, const Claim& claim, const Answer& answer) {
  if (!claim.carrier) return;
  const bool books = claim.errand == Errand::Book || claim.errand == Errand::BookReturn;
  const bool only_request = books && !claim.asked_before;
  if (only_request && answer.kind == Answer::Kind::Booked) consignment.booking_answered(answer.leg);
  // Who was not even asked has it as little as who has refused.
  if (only_request && (answer.kind == Answer::Kind::Refused || !answer.was_asked)) {
    consignment.booking_refused(answer.leg);
  }
  if (answer.kind == Answer::Kind::Known) {
    consignment.is_with(answer.leg, (*claim.carrier)->name());
  }
}

/// True when it is written down: somebody else may have the lease by now.
Result<bool> record(const UseCaseContext& use_case, const OrderId& order, const std::string& holder,
                    const Claim& claim, const Answer& answer, std::chrono::milliseconds pause,
                    const Context& context) {
  const banyan::Timestamp now = use_case.now();
  const CarrierPolicy& policy = use_case.policy;
  return use_case.store.write(
      context, [&](ShippingWriting& shipping, UnitOfWork& unit) -> Result<bool> {
        std::optional<Record> current = shipping.find(order);
        if (!current || current->turn.leased_to != holder) return false;
        Turn& turn = current->turn;
        std::optional<std::string> problem = answer.problem;
        // An outage is none of the parcel's problems: it hides none.
        if (answer.kind == Answer::Kind::NoAnswer && turn.problem) problem = turn.problem;
        note_carrier(current->consignment, claim, answer);
        if (Result<void> done = take(*current, answer, policy, now); !done) {
          problem = done.error().rule + ": " + done.error().message;
        }
        // Its return was announced while the carrier was asked.
        if (current->consignment.is_past(answer.leg)) problem.reset();
        std::chrono::milliseconds wait{0};
        const auto next = current->consignment.errand();
        if (answer.kind == Answer::Kind::NoAnswer) {
          wait = pause;
        } else if (problem) {
          wait = backoff(++turn.refusals, policy.first_backoff, policy.longest_backoff);
        } else {
          turn.refusals = 0;
          const bool tracks = next == Errand::Track || next == Errand::TrackReturn;
          // Of what is cancelled: a request to book may still be under way.
          const bool watches = next == Errand::Cancel && answer.kind == Answer::Kind::Cancelled;
          if (watches || (tracks && answer.kind != Answer::Kind::TooLate)) {
            wait = std::min(answer.tracking.next_in.value_or(policy.tracking_interval),
                            policy.longest_backoff);
          }
        }
        turn.note_problem(std::move(problem), now);
        turn.give_back(unit.lease_now(), wait);
        keep(shipping, unit, *current);
        return true;
      });
}

/// Whether whoever asked has failed. What happens to parcels and to customers (brought back, no
/// address, taxed for another country) is what there is to hear, and no failure.
bool came_to_nothing(const Claim& claim, const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::Known:
    case Answer::Kind::Booked:
    case Answer::Kind::Cancelled:
    case Answer::Kind::TooLate: return false;
    case Answer::Kind::Unknown:
    case Answer::Kind::NoAnswer: return true;
    case Answer::Kind::Refused: break;
  }
  const bool asked = !claim.carrier || answer.was_asked;
  return asked || !answer.problem.value_or("").starts_with("shipping.");
}

/// The carrier that has it is not here: nothing was asked, and nobody else waits for it.
Answer not_reached(const Claim& claim) {
  const banyan::Error& error = claim.carrier.error();
  return {Answer::Kind::Refused, leg_of(claim.errand), {}, error.rule + ": " + error.message};
}

}  // namespace

Attended attend(const UseCaseContext& use_case, const OrderId& order, const Context& context,
                banyan::WorkObserver* told) {
  const banyan::Environment& with = use_case.environment;
  const std::string holder = banyan::make_uuid7(use_case.now(), with.random);
  Hindrance hindrance(told);
  const auto claimed = claim(use_case, order, holder, context);
  // What cannot be written down now is due again later.
  if (!claimed) return Attended::Nothing;
  hindrance.is_none();
  if (!*claimed) return Attended::Nothing;
  // Not all of the time, so that some remains for writing the answer down.
  const Context call = context.within(
      std::min(use_case.policy.call_budget, context.remaining(with.clock) * 3 / 4), with.clock);
  const Claim& claimed_now = **claimed;
  Telling telling(told, claimed_now);
  const Answer answer = claimed_now.carrier
                            ? ask_carrier(use_case, **claimed_now.carrier, claimed_now.before,
                                          claimed_now.errand, claimed_now.asked_before, call)
                            : not_reached(claimed_now);
  std::chrono::milliseconds pause{0};
  if (answer.kind == Answer::Kind::NoAnswer) {
    pause = use_case.pause.not_answered();
    telling.hindered();  // nobody asks for a while: what comes due meanwhile is begun late
    if (told != nullptr && !use_case.pause.fails_first(order)) telling.counts_not();
  } else {
    if (claimed_now.carrier) use_case.pause.answered();
    if (use_case.pause.has_failed(order)) telling.counts_not();
  }
  const Result<bool> written = [&] {
    try {
      return record(use_case, order, holder, claimed_now, answer, pause, context);
    } catch (const banyan::OperationalFault& fault) {
      if (fault.error().code != banyan::ErrorCode::Internal) telling.not_written_down();
      throw;
    }
  }();
  if (answer.kind == Answer::Kind::NoAnswer) return Attended::NotAnswered;
  if (!written || !*written) {
    telling.not_written_down();
    return Attended::Nothing;
  }
  if (!came_to_nothing(claimed_now, answer)) telling.went_well();
  return Attended::Answered;
}

void attend_all(const UseCaseContext& use_case) {
  if (!use_case.pause.is_over()) return;
  const banyan::Environment& with = use_case.environment;
  const auto budget = 3 * use_case.policy.call_budget;
  Hindrance hindrance(with.work);
  const std::vector<OrderId> due = use_case.store.read(
      Context::begin(budget, with.clock, with.random),
      [&](ShippingReading& shipping, UnitOfWork& unit) {
        return shipping.due(unit.lease_now(), Turn::longest_wait(use_case.policy),
                            use_case.policy.batch);
      });
  hindrance.is_none();
  for (const OrderId& order : due) {
    const Context context = Context::begin(budget, with.clock, with.random);
    if (attend(use_case, order, context, with.work) == Attended::NotAnswered) return;
  }
}

}  // namespace shipping

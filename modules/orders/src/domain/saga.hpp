// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/order.hpp"
#include "kernel/lease.hpp"
#include "orders/module.hpp"

namespace orders {

/// What an order needs from the warehouse. Each is a transaction of its own over there, and each
/// may be asked for again.
enum class Action : std::uint8_t { ReserveStock, ConfirmReservation, ReleaseReservation };

/// What came of asking.
enum class Outcome : std::uint8_t {
  Done,
  OutOfStock,  ///< to ReserveStock: nothing is held, and never will be for this order
  GivenUp,     ///< nothing can be held any more, for it was released
  Sold,        ///< to ReleaseReservation: too late
  NoAnswer,    ///< nobody there, or no answer: it may have happened or not
  Nonsense,    ///< an answer that should not be possible: somebody must look
};

struct Attempt {
  Action action;
  Outcome outcome;
  std::string problem;  ///< for people; "" for a success
};

/// What has to happen for one order in other modules, written down before it begins: persisted
/// steps of {do, undo, key}. Whoever holds the lease makes the calls; between any two of them the
/// process may die, and the next holder goes on. Confirming is the point of no return: before it
/// everything can be undone, after it nothing has to be.
class Saga {
 public:
  enum class Goal : std::uint8_t { Confirm, Cancel };
  enum class Status : std::uint8_t { Active, Done, Stuck };
  enum class StepState : std::uint8_t { Pending, Done, Refused, Undone };

  struct Step {
    Action action = Action::ReserveStock;
    std::optional<Action> compensation;
    std::string key;  ///< the idempotency key of the call
    StepState state = StepState::Pending;
    friend bool operator==(const Step&, const Step&) = default;
  };

  struct Data {
    Goal goal = Goal::Confirm;
    Status status = Status::Active;
    std::vector<Step> steps;
    std::int64_t attempts = 0;      ///< failed ones of the step it is at
    std::string leased_to;          ///< "" when nobody drives it
    banyan::LeaseTime waits_until;  ///< before it, nobody goes on with it but who has the lease
    std::optional<std::string> problem;
    std::string correlation_id;  ///< of the request that began it
    friend bool operator==(const Data&, const Data&) = default;
  };

  static Saga begin(const OrderId& order, std::string correlation_id);
  /// Of an order that needs nothing from anybody.
  static Saga done();
  static Saga stored(Data data) { return Saga(std::move(data)); }

  struct Call {
    Action action;
    std::string key;
  };
  /// What to ask for next; nothing unless it is active.
  std::optional<Call> next() const;

  /// When something happens: for people, and on the clock that leases are on.
  struct Moment {
    banyan::Timestamp time;
    banyan::LeaseTime lease;
  };
  /// What an attempt means for the order and for what comes next. `jitter` is any number.
  void take(const Attempt& attempt, Order& order, const Moment& now, const SagaPolicy& policy,
            std::uint64_t jitter);

  /// From now on the aim is to undo. Also revives one that is stuck.
  void turn_back();
  /// A stuck one is active again, with a fresh count of attempts.
  void resume();

  bool due(const banyan::LeaseTime& now, const SagaPolicy& policy) const;
  /// False when it is not active or somebody else's.
  bool lease(const std::string& holder, const banyan::LeaseTime& now, const SagaPolicy& policy);
  bool leased_to(const std::string& holder) const { return data_.leased_to == holder; }

  const Data& data() const { return data_; }

 private:
  explicit Saga(Data data) : data_(std::move(data)) {}
  void failed(const std::string& problem, const banyan::LeaseTime& now, const SagaPolicy& policy,
              std::uint64_t jitter);
  void finish(Status status);
  void stuck(std::string problem);

  Data data_;
};

std::string_view to_string(Action action);

}  // namespace orders

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan {

struct Context;
class UnitOfWork;

/// What others have to know about an event besides the type of what it carries.
struct EventInfo {
  std::string_view name;  ///< snake_case in the past tense, unique in its module
  /// One more when a reader of the version before could not read it: a field was taken away, made
  /// required, or means something else. A new optional field is no new version.
  std::uint16_t version = 1;
  std::string_view summary{};  ///< one sentence for the catalogue
  /// The field that says what the event is about, e.g. "order": an Id, a string or an integer. The
  /// events of one key reach every subscriber in the order in which they happened.
  std::string_view key{};
};

/// An event is a described type: its fields are what happened, a static `event` says the rest.
///
///     struct PaymentCaptured {
///       OrderId order;
///       banyan::Money amount;
///       static constexpr banyan::EventInfo event{
///           .name = "payment_captured", .summary = "The money has been taken.", .key = "order"};
///     };
///     BOOST_DESCRIBE_STRUCT(PaymentCaptured, (), (order, amount))
///
/// It is published in a unit of work of its module (UnitOfWork::publish), and so is there exactly
/// when what it tells of is.
template <class E>
concept IsEvent = requires {
  { E::event } -> std::convertible_to<const EventInfo&>;
} && std::copy_constructible<E>;

/// A list of events: `using Published = banyan::Events<PaymentAuthorised, PaymentCaptured>;` at the
/// end of a module's events.hpp is all that it publishes.
template <IsEvent... Es>
struct Events {
  static constexpr std::size_t size = sizeof...(Es);
};

/// Calls `visit.template operator()<E>()` once for each event of the list, in order.
template <class Visitor, class... Es>
constexpr void for_each_event(Events<Es...> /*list*/, Visitor&& visit) {
  (visit.template operator()<Es>(), ...);
}

/// What came with an event.
struct EventContext {
  std::string source;        ///< the module that published it: "payments"
  std::string id;            ///< a UUIDv7, the same however often it is delivered
  std::string key;           ///< what it is about, as text
  std::int64_t ordinal = 0;  ///< the how many-th event of its key: 1, 2, …
  Timestamp time;            ///< when it was published
  std::string traceparent;   ///< of the action that caused it; "" when nobody recorded that
};

/// What a subscriber says to an event.
class EventAnswer {
 public:
  enum class Kind : std::uint8_t {
    Done,     ///< its effect is stored, or it needs none
    Refused,  ///< it cannot be handled; tried again a few times, then parked for a person
    Later,    ///< not yet: something else must come first. Tried again for as long as it takes
  };

  static EventAnswer done() { return {Kind::Done, {}}; }
  static EventAnswer refused(Error why) { return {Kind::Refused, std::move(why)}; }
  static EventAnswer later(Error why) { return {Kind::Later, std::move(why)}; }

  /// An outage (Unavailable, DeadlineExceeded, ResourceExhausted, Conflict) is `later`, and so
  /// costs no attempt; any other error is `refused`.
  template <class T>
  static EventAnswer of(const Result<T>& result) {
    return result ? done() : of(result.error());
  }
  static EventAnswer of(const Error& error);

  Kind kind() const { return kind_; }
  const Error& why() const { return why_; }  ///< of Refused and Later

 private:
  EventAnswer(Kind kind, Error why) : kind_(kind), why_(std::move(why)) {}
  Kind kind_;
  Error why_;
};

template <IsEvent E>
struct HandlesEvent {
  virtual ~HandlesEvent() = default;
  /// `context` goes to the unit of work in which the event is handled: what that changes is stored
  /// together with the fact that the event has been handled, so that both happen once. At most one
  /// unit of work is kept under it. Events of one key come one after the other, those of different
  /// keys at the same time.
  virtual EventAnswer on(const E& event, const EventContext& about, const Context& context) = 0;
};

/// What a module follows. Its module.hpp names the list, and the object that it makes has it as a
/// second base beside its port:
///
///     struct Subscriptions : banyan::Subscriber<payments::PaymentCaptured> {};
///
/// and in its CMakeLists.txt: SUBSCRIBES payments.payment_captured.
template <IsEvent... Es>
struct Subscriber : HandlesEvent<Es>... {
  using EventList = Events<Es...>;
  using HandlesEvent<Es>::on...;
};

template <class S>
concept IsSubscriber = requires { typename S::EventList; };

/// An event that a unit of work has published, before anybody knows how it is written down.
struct PublishedEvent {
  const EventInfo* info;
  std::type_index type;
  std::shared_ptr<const void> value;  ///< of that type

  template <IsEvent E>
  const E* as() const {
    return type == std::type_index(typeid(E)) ? static_cast<const E*>(value.get()) : nullptr;
  }
};

/// One event on its way to one subscriber, while that handles it: travels in the Context to the
/// subscriber's unit of work. Used by one thread at a time.
class EventDelivery {
 public:
  EventDelivery(std::string subscriber, std::string source, std::string key, std::int64_t ordinal)
      : subscriber_(std::move(subscriber)),
        source_(std::move(source)),
        key_(std::move(key)),
        ordinal_(ordinal) {}

  const std::string& subscriber() const { return subscriber_; }  ///< the module that handles it
  const std::string& source() const { return source_; }
  const std::string& key() const { return key_; }
  std::int64_t ordinal() const { return ordinal_; }

  /// A unit of work that holds its effect has been kept.
  bool committed() const { return committed_; }
  void commit() { committed_ = true; }

 private:
  std::string subscriber_, source_, key_;
  std::int64_t ordinal_;
  bool committed_ = false;
};

/// Leaves a unit of work, and the module, when the event has been handled by somebody else
/// meanwhile: what this one did is undone. Caught by whoever delivers.
struct EventTaken final : std::exception {
  const char* what() const noexcept override { return "the event has been handled already"; }
};

/// The inbox of one module inside one open unit of work; for those who implement stores.
class InboxRows {
 public:
  /// The highest ordinal of that source and key that has been handled; 0: none.
  virtual std::int64_t mark(const EventDelivery& delivery) = 0;
  virtual void set_mark(const EventDelivery& delivery) = 0;

 protected:
  ~InboxRows() = default;
};

/// To be called at the end of each unit of work that is to be kept, inside it, by the store of
/// `module`: marks the event of the unit's context as handled, if there is one. Answers whether it
/// did; whoever commits then says EventDelivery::commit(). Throws EventTaken, and std::logic_error
/// for a second unit of work under one delivery.
bool settle_delivery(InboxRows& rows, const UnitOfWork& unit, std::string_view module);

/// What a memory store does with what its units publish and handle; for those who implement stores
/// (stores on SQL have their own). All calls come under the store's lock.
class UnitEnding {
 public:
  virtual ~UnitEnding() = default;
  /// At the end of a unit that is to be kept, before it is. Whatever is thrown undoes the unit.
  virtual void before_commit(const UnitOfWork& unit) = 0;
  virtual void committed(const UnitOfWork& unit) noexcept = 0;
};

/// Keeps what memory stores publish, for tests of a module: `kept.of<PaymentCaptured>()`.
class PublishedEvents final : public UnitEnding {
 public:
  void before_commit(const UnitOfWork& unit) override;
  void committed(const UnitOfWork& /*unit*/) noexcept override {}

  const std::vector<PublishedEvent>& all() const { return all_; }
  /// Those of one type, oldest first.
  template <IsEvent E>
  std::vector<E> of() const {
    std::vector<E> found;
    for (const PublishedEvent& each : all_) {
      if (const E* event = each.as<E>()) found.push_back(*event);
    }
    return found;
  }

 private:
  std::vector<PublishedEvent> all_;
};

}  // namespace banyan

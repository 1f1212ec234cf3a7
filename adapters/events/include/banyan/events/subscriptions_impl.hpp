// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "banyan/events/event_types.hpp"
#include "banyan/json/codec.hpp"

/// Includes Boost.Describe: for generated files.
///
/// Versions of one event: the newer type names the one before and says how to get from one to the
/// other; the list `Published` has the newest only, and what is written down is that.
///
///     struct PaymentCaptured {  // version 2
///       …
///       using Previous = v1::PaymentCaptured;
///       static PaymentCaptured up(const Previous& older);
///       static Previous down(const PaymentCaptured& newer);
///     };
///
/// A subscriber may follow any of them, and reads what was written by any.
namespace banyan::events {

template <std::size_t N>
struct Text {
  // NOLINTNEXTLINE(google-explicit-constructor): is written as a literal
  constexpr Text(const char (&text)[N]) { std::ranges::copy(text, characters); }
  constexpr std::string_view view() const { return {characters, N - 1}; }
  char characters[N]{};
};

/// A module that is followed, with all that it publishes.
template <Text Module, class Published>
struct Source {
  static constexpr std::string_view module = Module.view();
  using List = Published;
};

namespace detail {

template <class E>
concept HasPrevious = requires { typename E::Previous; };

template <class Newest, class E>
consteval bool descends() {
  if constexpr (std::is_same_v<Newest, E>) {
    return true;
  } else if constexpr (HasPrevious<Newest>) {
    return descends<typename Newest::Previous, E>();
  } else {
    return false;
  }
}

template <class E, class... Newest>
consteval bool is_version_of_any(Events<Newest...> /*published*/) {
  return (descends<Newest, E>() || ...);
}

/// The source that publishes E, by its place in the list; one beyond it when none does.
template <class E, class... Sources>
consteval std::size_t source_of() {
  constexpr std::array found = {is_version_of_any<E>(typename Sources::List{})...};
  return static_cast<std::size_t>(std::ranges::find(found, true) - found.begin());
}

template <class To, class From>
To convert(const From& from) {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else if constexpr (descends<To, From>()) {
    return To::up(convert<typename To::Previous>(from));
  } else {
    return convert<To>(From::down(from));
  }
}

template <class E>
EventAnswer unreadable(const Error& error) {
  Error why = error;
  why.rule = "banyan.unreadable_event";
  why.message = "the data of '" + std::string(E::event.name) + "' cannot be read: " + why.message;
  return EventAnswer::refused(std::move(why));
}

/// Reads version `version` as whichever of the chain has it.
template <class E, class Candidate>
std::optional<EventAnswer> handle_as(HandlesEvent<E>& subscriber, unsigned version,
                                     std::string_view data, const EventContext& about,
                                     const Context& context) {
  if (version == Candidate::event.version) {
    const Result<Candidate> read = json::decode<Candidate>(data, json::Reading::Tolerant);
    if (!read) return unreadable<E>(read.error());
    return subscriber.on(convert<E>(*read), about, context);
  }
  if constexpr (HasPrevious<Candidate>) {
    return handle_as<E, typename Candidate::Previous>(subscriber, version, data, about, context);
  } else {
    return std::nullopt;
  }
}

template <class E, class... Newest>
EventAnswer handle_any(Events<Newest...> /*published*/, HandlesEvent<E>& subscriber,
                       unsigned version, std::string_view data, const EventContext& about,
                       const Context& context) {
  std::optional<EventAnswer> answer;
  const auto try_chain = [&]<class N>() {
    if constexpr (descends<N, E>()) {
      answer = handle_as<E, N>(subscriber, version, data, about, context);
    }
  };
  (try_chain.template operator()<Newest>(), ...);
  if (answer) return *std::move(answer);
  return EventAnswer::later({ErrorCode::Unavailable,
                             "banyan.unknown_event_version",
                             "version " + std::to_string(version) + " of '" +
                                 std::string(E::event.name) +
                                 "' is newer than this program: it waits until the program is, too",
                             {}});
}

template <class Subscriptions, class E, class Source>
Subscription subscription() {
  return {Source::module, &E::event,
          [](void* subscriber, unsigned version, std::string_view data, const EventContext& about,
             const Context& context) {
            return handle_any<E>(typename Source::List{}, *static_cast<Subscriptions*>(subscriber),
                                 version, data, about, context);
          }};
}

template <std::size_t At, class First, class... Rest>
struct Nth : Nth<At - 1, Rest...> {};
template <class First, class... Rest>
struct Nth<0, First, Rest...> {
  using type = First;
};

}  // namespace detail

template <class Subscriptions, class... Sources>
std::vector<Subscription> subscriptions_of() {
  std::vector<Subscription> all;
  for_each_event(typename Subscriptions::EventList{}, [&]<class E>() {
    constexpr std::size_t kAt = detail::source_of<E, Sources...>();
    static_assert(kAt < sizeof...(Sources),
                  "an event of the list Subscriptions is published by no module that SUBSCRIBES "
                  "in CMakeLists.txt names");
    all.push_back(
        detail::subscription<Subscriptions, E, typename detail::Nth<kAt, Sources...>::type>());
  });
  return all;
}

/// Do the list and these names ("payments.payment_captured") mean the same events?
template <class Subscriptions, class... Sources>
consteval bool follow_the_same(std::initializer_list<std::string_view> names) {
  bool same = names.size() == Subscriptions::EventList::size;
  for_each_event(typename Subscriptions::EventList{}, [&]<class E>() {
    constexpr std::size_t kAt = detail::source_of<E, Sources...>();
    constexpr std::array kModules = {Sources::module...};
    same = same && std::ranges::any_of(names, [&](std::string_view name) {
             return name.size() == kModules[kAt].size() + 1 + E::event.name.size() &&
                    name.starts_with(kModules[kAt]) && name.ends_with(E::event.name);
           });
  });
  return same;
}

}  // namespace banyan::events

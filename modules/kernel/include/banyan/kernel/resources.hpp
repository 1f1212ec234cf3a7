// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "banyan/kernel/port.hpp"

namespace banyan {

/// The compiler's name for a type: tells it from all others within one program.
template <class T>
constexpr std::string_view type_text() {
  return __PRETTY_FUNCTION__;
}

/// In which answers an operation is offered as something that can be done next.
struct Offer {
  std::string_view relation{};     ///< what the link is called, e.g. "cancel"
  std::string_view answer_type{};  ///< type_text<…>() of it; "": the operation is not offered
  bool (*holds)(const void* answer) = nullptr;
};

/// Where an operation lives in a resource-oriented interface: "GET /orders/{id}".
/// A parameter in braces binds to the field of that name and fills one path segment.
struct ResourcePath {
  std::string_view method;
  std::string_view path;
  /// Of an operation that makes something: where that is then, as the path of the port's operation
  /// that reads it. The parameters are fields of the answer. "" when it makes nothing that has a
  /// place of its own.
  std::string_view made_at{};
  Offer offer{};
  /// Of an operation whose work may go on after its answer: does it, by what was answered?
  bool (*goes_on)(const void* answer) = nullptr;
  /// Is there such a function? g++ 12 under a sanitizer does not know that while it compiles.
  bool may_go_on = false;
  /// And where to look how far it is, as `made_at`. "" where the work never goes on.
  std::string_view followed_at{};
};

namespace detail {

template <class Answer>
constexpr std::string_view answer_type_of(bool (* /*predicate*/)(const Answer&)) {
  return type_text<Answer>();
}

template <auto Predicate, class Answer>
constexpr auto erased(bool (* /*predicate*/)(const Answer&)) {
  return +[](const void* answer) { return Predicate(*static_cast<const Answer*>(answer)); };
}

}  // namespace detail

template <class Op>
struct ResourceOf {
  ResourcePath at;

  /// Answers for which `Holds`, a function `bool(const Answer&)`, is true link to this operation:
  ///
  ///     at<CancelOrder>("DELETE /orders/{id}").offered<&can_be_cancelled>("cancel")
  ///
  /// The parameters of its path are fields of the answer.
  template <auto Holds>
  constexpr ResourceOf offered(std::string_view relation) const {
    ResourceOf own = *this;
    own.at.offer = {relation, detail::answer_type_of(Holds), detail::erased<Holds>(Holds)};
    return own;
  }

  /// While `GoesOn`, a function `bool(const Answer&)`, is true of the answer, its status is 202
  /// in place of 201 or 200: accepted, and its Location says how far it is. Of what is made, that
  /// is where it is; an operation that makes nothing names the path of the port's operation that
  /// reads what it works on:
  ///
  ///     at<CancelOrder>("DELETE /orders/{id}").accepted_while<&is_under_way>("/orders/{id}")
  template <auto GoesOn>
  constexpr ResourceOf accepted_while(std::string_view followed_at = {}) const {
    ResourceOf own = *this;
    own.at.goes_on = detail::erased<GoesOn>(GoesOn);
    own.at.may_go_on = true;
    own.at.followed_at = followed_at.empty() ? at.made_at : followed_at;
    return own;
  }
};

template <class Op>
constexpr ResourceOf<Op> at(std::string_view line, std::string_view made_at = {}) {
  const std::size_t space = line.find(' ');
  return {{line.substr(0, space), line.substr(space + 1), made_at}};
}

/// The resources of a port, one for each operation, in any order.
template <class P, class... Ops>
struct Resources : ResourceOf<Ops>... {
  using PortType = P;
  template <class Op>
  constexpr ResourcePath of() const {
    static_assert((std::is_same_v<Op, Ops> || ...),
                  "this operation has no at<…>(\"METHOD /path\")");
    return static_cast<const ResourceOf<Op>&>(*this).at;
  }
};

/// An answer of 201 says where the new thing is (Location):
///
///     at<PlaceOrder>("POST /orders", "/orders/{id}")
///
/// Fields that stand neither in the path nor in a body: the other fields of a read come from the
/// query string, those of a write from the JSON body.
template <class P, class... Ops>
constexpr Resources<P, Ops...> resources(ResourceOf<Ops>... each) {
  static_assert(sizeof...(Ops) == P::OperationList::size,
                "every operation of the port needs exactly one resource");
  return Resources<P, Ops...>{each...};
}

}  // namespace banyan

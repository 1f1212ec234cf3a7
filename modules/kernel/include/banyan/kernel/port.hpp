// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan {

struct Version {
  std::uint16_t major = 1;  ///< changes when a consumer must change
  std::uint16_t minor = 0;  ///< changes when something was added
};

struct PortInfo {
  std::string_view name;  ///< the module's name
  Version version{};
  std::string_view summary{};
};

/// An operation is a type: its fields are the request, `Response` is the answer, and a static
/// `operation` says what it does.
template <class Op>
concept IsOperation = requires {
  typename Op::Response;
  { Op::operation } -> std::convertible_to<const Operation&>;
};

template <class... Ops>
struct Operations {
  static constexpr std::size_t size = sizeof...(Ops);
};

template <IsOperation Op>
struct Handles {
  virtual ~Handles() = default;
  virtual Result<typename Op::Response> handle(const Op& operation, const Context& context) = 0;
};

/// A port is a list of operations: the whole language in which others talk to a module.
///
///     struct Orders : Port<PlaceOrder, GetOrder> {
///       static constexpr PortInfo port{.name = "orders", .version = {1, 0}};
///     };
///
/// gives one pure virtual `handle` per operation. Calls block until they have an answer or the
/// context's deadline passes, and are safe from several threads at once. What a caller sees is
/// the same in every binding: values go over and come back, only declared errors are returned,
/// and no exception leaves.
template <class... Ops>
struct Port : Handles<Ops>... {
  using OperationList = Operations<Ops...>;
  using Handles<Ops>::handle...;
};

template <class P>
concept IsPort = requires {
  typename P::OperationList;
  { P::port } -> std::convertible_to<const PortInfo&>;
};

/// Calls `visit.template operator()<Op>()` once for each operation of the list, in order.
template <class Visitor, class... Ops>
constexpr void for_each_operation(Operations<Ops...> /*list*/, Visitor&& visit) {
  (visit.template operator()<Ops>(), ...);
}

}  // namespace banyan

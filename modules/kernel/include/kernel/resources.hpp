// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "kernel/port.hpp"

namespace banyan {

/// Where an operation lives in a resource-oriented interface: "GET /orders/{id}".
/// A parameter in braces binds to the field of that name and fills one path segment.
struct ResourcePath {
  std::string_view method;
  std::string_view path;
};

template <class Op>
struct ResourceOf {
  ResourcePath at;
};

template <class Op>
constexpr ResourceOf<Op> at(std::string_view line) {
  const std::size_t space = line.find(' ');
  return {{line.substr(0, space), line.substr(space + 1)}};
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

/// Fields that stand neither in the path nor in a body: the other fields of a read come from the
/// query string, those of a write from the JSON body.
template <class P, class... Ops>
constexpr Resources<P, Ops...> resources(ResourceOf<Ops>... each) {
  static_assert(sizeof...(Ops) == P::OperationList::size,
                "every operation of the port needs exactly one resource");
  return Resources<P, Ops...>{each...};
}

}  // namespace banyan

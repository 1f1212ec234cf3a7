// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "banyan/kernel/port.hpp"

namespace banyan {

/// Implements every operation of a port by one policy, so that what cuts across operations
/// (a binding, metrics, tracing, a fault injector) is one class with one member template
///
///     template <class P, class Op>
///     Result<typename Op::Response> call(const Op&, const Context&);
///
/// and never a hand-written class per port.
template <class P, class Policy, class List = typename P::OperationList>
class Chain;

template <class P, class Policy>
class Chain<P, Policy, Operations<>> : public P {
 public:
  explicit Chain(Policy policy) : policy_(std::move(policy)) {}

 protected:
  Policy policy_;
};

template <class P, class Policy, class Op, class... Rest>
class Chain<P, Policy, Operations<Op, Rest...>> : public Chain<P, Policy, Operations<Rest...>> {
 public:
  using Chain<P, Policy, Operations<Rest...>>::Chain;
  using Chain<P, Policy, Operations<Rest...>>::handle;

  Result<typename Op::Response> handle(const Op& operation, const Context& context) override {
    return this->policy_.template call<P>(operation, context);
  }
};

}  // namespace banyan

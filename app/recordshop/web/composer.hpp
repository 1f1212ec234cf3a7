// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "banyan/kernel/concurrent.hpp"
#include "catalog/port.hpp"
#include "customers/port.hpp"
#include "orders/http.hpp"
#include "orders/port.hpp"
#include "payments/port.hpp"
#include "shipping/port.hpp"
#include "warehouse/port.hpp"

namespace recordshop::web {

/// A module as the pages ask it, with threads of its own: those that wait for a module which hangs
/// must not be missing where another one is asked. Nor those that wait for its writes, which are
/// given more time, where it is read.
template <class P>
class Asked {
 public:
  Asked(P& port, const banyan::Clock& clock) : port_(port), clock_(clock) {}

  template <class Op>
  banyan::Pending<typename Op::Response> start(Op operation, const banyan::Context& context) {
    banyan::Executor& executor = Op::operation.effect == banyan::Effect::Read ? *reads_ : *writes_;
    return banyan::start(executor, port_, std::move(operation), context, clock_);
  }

 private:
  static constexpr std::size_t kThreads = 4;
  static constexpr std::size_t kQueue = 256;

  P& port_;
  const banyan::Clock& clock_;
  const std::unique_ptr<banyan::Executor> reads_ = banyan::make_worker_pool(kThreads, kQueue);
  const std::unique_ptr<banyan::Executor> writes_ = banyan::make_worker_pool(kThreads, kQueue);
};

/// Those that the pages are made of. The ports must outlive it.
struct Modules {
  Asked<catalog::Catalog> catalog;
  Asked<customers::Customers> customers;
  Asked<warehouse::Warehouse> warehouse;
  Asked<payments::Payments> payments;
  Asked<shipping::Shipping> shipping;
  Asked<orders::Orders> orders;
};

/// Waits for the answer. A fault of the module (whose own process has it in its log) is an answer
/// as well: the rest of the page goes on without it.
template <class T>
banyan::Result<T> answer(banyan::Pending<T> pending) {
  try {
    return pending.get();
  } catch (const std::exception&) {
    return banyan::fail(banyan::ErrorCode::Internal, "recordshop.module_fault",
                        "the module failed; its log has the cause");
  }
}

/// The answer says that there is nothing to show, which is another thing than not to be reached.
inline bool is_missing(const banyan::Error& error) {
  return error.code == banyan::ErrorCode::NotFound;
}

}  // namespace recordshop::web

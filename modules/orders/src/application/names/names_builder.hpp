// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "application/order_store.hpp"
#include "banyan/kernel/environment.hpp"
#include "catalog/port.hpp"
#include "customers/port.hpp"

namespace orders {

/// Makes the names anew from their owners, in the background: all of one owner's, a page at a time,
/// then the next owner's, into a generation beside the one that is served; then that one is served.
///
/// Events are written into both meanwhile, and a page never replaces what an event has written. So
/// the new generation has what the owner had when its page was read, and all that came later, in
/// the order in which it happened: nothing is lost, and nothing is there twice.
///
/// How far it is stands in the tables. Whoever dies is followed by another process, or by itself,
/// at the page that was next. One at a time goes on with it, as long as its lease lasts.
class NamesBuilder {
 public:
  /// All must outlive it.
  NamesBuilder(OrderStore& store, catalog::Catalog& catalog, customers::Customers& customers,
               const banyan::Environment& environment);
  /// Finishes the page that it is at.
  ~NamesBuilder();
  NamesBuilder(const NamesBuilder&) = delete;
  NamesBuilder& operator=(const NamesBuilder&) = delete;

  /// From now on, on the environment's scheduler.
  void start();
  /// There may be something to do.
  void poke();
  /// Goes on as far as possible: for tests and simulations, in place of start().
  void round();

 private:
  /// An owner's names, as far as they are in one answer.
  struct Page {
    std::vector<std::pair<std::string, std::optional<std::string>>> names;
    std::optional<std::string> next_cursor;
  };

  banyan::Context soon() const;
  std::optional<NamesRebuild> take() const;
  bool step(NamesRebuild& rebuild) const;
  bool read_page(NamesRebuild& rebuild) const;
  bool serve(NamesRebuild& rebuild) const;
  bool clean(NamesRebuild& rebuild) const;
  void pause(NamesRebuild& rebuild, std::string problem) const;
  banyan::Result<Page> page(const NamesRebuild& rebuild) const;

  template <class Change>
  bool record(NamesRebuild& rebuild, Change change) const;

  OrderStore& store_;
  catalog::Catalog& catalog_;
  customers::Customers& customers_;
  const banyan::Environment environment_;
  const std::string holder_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;  ///< of rounds_
  std::unique_ptr<banyan::Scheduler::Handle> rounds_;
};

/// Inside a unit of work: asks for a rebuild, in place of one that may be under way. Returns its
/// number.
std::int64_t ask_for_names(NameRows& names, const banyan::Asked& asked, banyan::Timestamp now);

}  // namespace orders

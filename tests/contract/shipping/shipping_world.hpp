// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "banyan/kernel/chain.hpp"
#include "banyan/sql/data_source.hpp"
#include "contract/shipping/test_carrier.hpp"
#include "shipping/module.hpp"
#include "support/told_work.hpp"

namespace banyan::contract {

/// Runs its tasks when the test says so.
class ScheduleByHand final : public Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds interval,
                                std::move_only_function<void()> task) override;
  void run_all() {
    for (auto& task : tasks_) task();
  }

 private:
  class Task;
  std::list<std::move_only_function<void()>> tasks_;
};

/// Knows everybody, at one address.
struct EveryCustomer {
  bool is_unreachable = false;
  bool has_address = true;
  customers::Address address{"Ada Vogel", "Kanalstraße 7", "10999", "Berlin", "DE"};
};

/// For Chain: answers for EveryCustomer.
class AsksEveryCustomer {
 public:
  explicit AsksEveryCustomer(const EveryCustomer& who) : who_(&who) {}

  template <class P, class Op>
  Result<typename Op::Response> call(const Op& operation, const Context& /*context*/) {
    if (who_->is_unreachable) return fail(ErrorCode::Unavailable, "banyan.unreachable", "gone");
    if constexpr (std::is_same_v<Op, customers::GetCustomer>) {
      customers::Customer customer;
      customer.id = operation.id;
      if (who_->has_address) customer.address = who_->address;
      return customer;
    } else {
      return fail(ErrorCode::Internal, "test.not_expected", "nobody should ask for this");
    }
  }

 private:
  const EveryCustomer* who_;
};

/// Where a module keeps what it knows.
enum class Keeping : std::uint8_t { Memory, Sqlite, Postgres };
std::string name_of(Keeping keeping);

/// Shipping on a clock that stands still, with a carrier and a background that the test moves.
/// Everything but the module outlives its deaths.
class ShippingWorld {
 public:
  using Bind = std::function<std::shared_ptr<::shipping::Shipping>(::shipping::Shipping& module)>;
  /// `bind` puts a binding before the port; the bare module without. `other`, which must outlive
  /// it, instead of `carrier`.
  explicit ShippingWorld(Keeping keeping, const Bind& bind = {},
                         ::shipping::Carrier* other = nullptr);
  ~ShippingWorld();

  ::shipping::Shipping& port() { return *port_; }
  /// The order is paid: delivered as often as one calls it.
  EventAnswer pay(const ::shipping::OrderId& order, std::optional<std::string> country = {});
  /// One round of the background.
  void background() { scheduler_.run_all(); }
  /// Time passes; also for PostgreSQL, which times leases by its own clock.
  void pass(std::chrono::microseconds time);
  /// Rounds with pauses long enough for whatever was put off.
  void background_for_long();

  ::shipping::ConsignmentDetails get(const ::shipping::OrderId& order);
  ::shipping::ConsignmentProblem problem(const ::shipping::OrderId& order);
  ::shipping::ConsignmentState state(const ::shipping::OrderId& order) { return get(order).state; }
  Result<::shipping::ConsignmentDetails> cancel(const ::shipping::OrderId& order);
  Result<::shipping::ConsignmentDetails> announce_return(const ::shipping::OrderId& order);
  Result<::shipping::ConsignmentDetails> refresh(const ::shipping::OrderId& order);
  Result<::shipping::ConsignmentDetails> see_to(const ::shipping::OrderId& order,
                                                std::string by = "ada", std::string why = "done");
  /// What is listed as overdue, of whatever age.
  std::vector<::shipping::OrderId> overdue();
  void collected(const ::shipping::OrderId& order);
  void delivered(const ::shipping::OrderId& order);
  void brought_back(const ::shipping::OrderId& order);

  Context context() { return Context::begin(std::chrono::seconds(20), clock, random); }
  static ::shipping::OrderId order(std::uint64_t number);
  static ::shipping::CustomerId customer();

  // Ahead of the machine's, so that nobody who goes by that one thinks a deadline has passed.
  ManualClock clock{Timestamp{1'760'000'000'000'000},
                    system_clock().steady() + std::chrono::hours(1)};
  SeededRandom random{42};
  TestCarrier carrier;
  EveryCustomer customers;
  PublishedEvents published;  ///< of a world in memory
  ::shipping::CarrierPolicy policy;
  test::ToldWork work;  ///< of the background

 private:
  struct Database;
  ScheduleByHand scheduler_;
  const Keeping keeping_;
  Environment environment_{clock, random, scheduler_, nullptr, &work};
  Chain<::customers::Customers, AsksEveryCustomer> customers_port_{AsksEveryCustomer(customers)};
  std::unique_ptr<Database> database_;
  std::unique_ptr<::shipping::Module> module_;
  std::shared_ptr<::shipping::Shipping> port_;
};

/// A kind of world, for suites that run over several.
struct ShippingUnderTest {
  std::string name;
  std::function<std::unique_ptr<ShippingWorld>()> make;
  friend void PrintTo(const ShippingUnderTest& world, std::ostream* out) { *out << world.name; }
};

/// Behind the in-process binding.
ShippingUnderTest shipping_in_process(Keeping keeping);

}  // namespace banyan::contract

// SPDX-License-Identifier: Apache-2.0
// Random histories of deliveries and of what sagas ask for, against a model that has no state
// machine and no counters: it knows what came in and what became of each order, and adds it up
// whenever somebody looks.
#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <expected>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "banyan/kernel/bindings.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"

namespace warehouse::histories {
namespace {

using banyan::contract::any_context;
using banyan::contract::keyed;
using banyan::contract::sample_shop;

/// What is answered, or the rule that is broken.
template <class T>
using Expected = std::expected<T, std::string_view>;

std::unexpected<std::string_view> refused(std::string_view rule) { return std::unexpected(rule); }

template <class T>
bool agree(const banyan::Result<T>& real, const Expected<T>& model) {
  if (real.has_value() != model.has_value()) return false;
  return real ? *real == *model : real.error().rule == model.error();
}

bool same_lines(std::vector<ReservationLine> left, std::vector<ReservationLine> right) {
  std::ranges::sort(left, {}, &ReservationLine::track);
  std::ranges::sort(right, {}, &ReservationLine::track);
  return left == right;
}

class Model {
 public:
  explicit Model(std::span<const StockRecord> opening) {
    for (const StockRecord& record : opening) came_in_[record.track] = record.on_hand;
  }

  Expected<Stock> stock(const TrackId& track) const {
    const auto found = came_in_.find(track);
    if (found == came_in_.end()) return refused("warehouse.not_stocked");
    Stock level{track, found->second, 0, 0};
    for (const auto& [order, each] : orders_) {
      for (const ReservationLine& line : each.lines) {
        if (line.track != track) continue;
        if (each.state == ReservationState::Confirmed) level.on_hand -= line.quantity;
        if (each.state == ReservationState::Held) level.reserved += line.quantity;
      }
    }
    level.available = level.on_hand - level.reserved;
    return level;
  }

  Expected<Reservation> reservation(const OrderId& order) const {
    const auto found = orders_.find(order);
    if (found == orders_.end()) return refused("warehouse.unknown_reservation");
    return found->second;
  }

  Expected<Stock> receive(const std::string& key, const TrackId& track, std::int64_t quantity) {
    const auto known = deliveries_.find(key);
    if (known != deliveries_.end()) {
      const Delivered& first = known->second;
      if (first.stock.track == track && first.quantity == quantity) return first.stock;
      return refused("warehouse.key_reused");
    }
    came_in_[track] += quantity;
    deliveries_[key] = {quantity, *stock(track)};
    return *stock(track);
  }

  Expected<Reservation> reserve(const OrderId& order, const std::vector<ReservationLine>& lines) {
    const auto found = orders_.find(order);
    if (found == orders_.end()) {
      const bool all = std::ranges::all_of(lines, [this](const ReservationLine& line) {
        const auto there = stock(line.track);
        return there && there->available >= line.quantity;
      });
      orders_[order] = {order, all ? ReservationState::Held : ReservationState::Refused, lines};
      if (!all) return refused("warehouse.out_of_stock");
      return orders_[order];
    }
    const Reservation& first = found->second;
    if (first.state == ReservationState::Released) {
      return refused("warehouse.reservation_released");
    }
    if (!same_lines(first.lines, lines)) return refused("warehouse.reservation_differs");
    if (first.state == ReservationState::Refused) return refused("warehouse.out_of_stock");
    return first;
  }

  Expected<Reservation> confirm(const OrderId& order) {
    const auto found = orders_.find(order);
    if (found == orders_.end()) return refused("warehouse.unknown_reservation");
    ReservationState& state = found->second.state;
    if (state == ReservationState::Released || state == ReservationState::Refused) {
      return refused("warehouse.reservation_released");
    }
    if (state == ReservationState::Held) state = ReservationState::Confirmed;
    return found->second;
  }

  Expected<Reservation> release(const OrderId& order) {
    Reservation& known =
        orders_.try_emplace(order, Reservation{order, ReservationState::Released, {}})
            .first->second;
    if (known.state == ReservationState::Confirmed || known.state == ReservationState::Returned) {
      return refused("warehouse.reservation_confirmed");
    }
    if (known.state == ReservationState::Held) known.state = ReservationState::Released;
    return known;
  }

  Expected<Reservation> take_back(const OrderId& order) {
    const auto found = orders_.find(order);
    if (found == orders_.end()) return refused("warehouse.unknown_reservation");
    ReservationState& state = found->second.state;
    if (state == ReservationState::Confirmed) state = ReservationState::Returned;
    if (state != ReservationState::Returned) return refused("warehouse.not_sold");
    return found->second;
  }

 private:
  struct Delivered {
    std::int64_t quantity = 0;
    Stock stock{};  ///< right after it
  };
  std::map<TrackId, std::int64_t> came_in_;  ///< ever; what is sold and returned is no delivery
  std::map<std::string, Delivered> deliveries_;
  std::map<OrderId, Reservation> orders_;
};

/// One history, which the seed decides.
class History {
 public:
  History(Warehouse& real, std::uint64_t seed) : real_(&real), dice_(seed) {
    for (int i = 0; i < 4; ++i) orders_.push_back({OrderId::make({1}, dice_), some_lines()});
  }

  /// What happened up to where the warehouse and its model part; "" when they never do.
  std::string run() {
    constexpr int kSteps = 40;
    for (int step = 0; step < kSteps; ++step) {
      if (!act()) return told_ + "and they answer differently";
      if (!looks_the_same()) return told_ + "and they look different";
    }
    return "";
  }

 private:
  struct Ordered {
    OrderId id;
    std::vector<ReservationLine> lines;
  };

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(dice_.next() % bound); }
  std::int64_t some(std::size_t most) { return static_cast<std::int64_t>(1 + below(most)); }

  /// Of one track or of two, one of which was never delivered.
  std::vector<ReservationLine> some_lines() {
    const std::size_t first = below(tracks_.size());
    std::vector<ReservationLine> lines{{tracks_[first], some(4)}};
    if (below(2) == 0) lines.push_back({tracks_[(first + 1) % tracks_.size()], some(2)});
    return lines;
  }

  bool act() {
    const std::size_t which = below(orders_.size());
    const Ordered& order = orders_[which];
    const std::string of = " order " + std::to_string(which) + ", ";
    switch (below(7)) {
      case 0: return deliver();
      case 1:
      case 2: return reserve(order, of);
      case 3:
      case 4:
        told_ += "confirm" + of;
        return agree(real_->handle(ConfirmReservation{order.id}, any_context()),
                     model_.confirm(order.id));
      case 5:
        told_ += "release" + of;
        return agree(real_->handle(ReleaseReservation{order.id}, any_context()),
                     model_.release(order.id));
      default:
        told_ += "return" + of;
        return agree(real_->handle(ReturnStock{order.id}, any_context()),
                     model_.take_back(order.id));
    }
  }

  /// Under one of a few keys: many come again, some of them with something else.
  bool deliver() {
    const std::size_t number = below(8);
    const std::string key = "delivery-" + std::to_string(number);
    const TrackId& track = tracks_[number % tracks_.size()];
    const std::int64_t quantity = below(4) == 0 ? some(3) : 2;
    told_ += "deliver " + std::to_string(quantity) + " as " + key + ", ";
    return agree(real_->handle(ReceiveStock{track, quantity}, keyed(key)),
                 model_.receive(key, track, quantity));
  }

  bool reserve(const Ordered& order, const std::string& of) {
    std::vector<ReservationLine> lines = below(5) == 0 ? some_lines() : order.lines;
    if (below(3) == 0) std::ranges::reverse(lines);
    told_ += "reserve" + of;
    return agree(real_->handle(ReserveStock{order.id, lines}, any_context()),
                 model_.reserve(order.id, lines));
  }

  bool looks_the_same() {
    for (const TrackId& track : tracks_) {
      const auto stock = real_->handle(GetStock{track}, any_context());
      if (!agree(stock, model_.stock(track))) return false;
      if (stock && (stock->reserved < 0 || stock->available < 0)) return false;
    }
    return std::ranges::all_of(orders_, [this](const Ordered& order) {
      return agree(real_->handle(GetReservation{order.id}, any_context()),
                   model_.reservation(order.id));
    });
  }

  Warehouse* real_;
  banyan::SeededRandom dice_;
  Model model_{sample_shop().stock};
  const std::vector<TrackId> tracks_{sample_shop().track(banyan::contract::kFive),
                                     sample_shop().track(banyan::contract::kLast),
                                     sample_shop().track(banyan::contract::kNotStocked)};
  std::vector<Ordered> orders_;
  std::string told_;
};

class InMemory {
 public:
  Warehouse& warehouse() { return *warehouse_; }

 private:
  std::unique_ptr<catalog::Catalog> catalog_ =
      catalog::make_memory_catalog(sample_shop().catalog(), banyan::contract::real_environment());
  std::unique_ptr<Warehouse> warehouse_ =
      make_memory_warehouse({*catalog_}, sample_shop().stock, banyan::contract::real_environment());
};

/// Separated: it may be asked about orders that are in no table.
class OnTables {
 public:
  Warehouse& warehouse() { return *warehouse_; }

 private:
  banyan::contract::SampleDatabase database_{banyan::contract::Stage::Separated};
  recordshop::ModuleDatabases modules_ = database_.modules();
  std::unique_ptr<catalog::Catalog> catalog_ =
      catalog::make_catalog({}, modules_.catalog, banyan::contract::real_environment());
  std::unique_ptr<Warehouse> warehouse_ =
      make_warehouse({*catalog_}, modules_.warehouse, banyan::contract::real_environment());
};

template <class World>
void expect_as_the_model(std::uint64_t histories) {
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    World world;
    const std::string parted = History(world.warehouse(), seed).run();
    ASSERT_EQ(parted, "") << "seed " << seed;
  }
}

TEST(WarehouseHistories, AreThoseOfTheModelInMemory) { expect_as_the_model<InMemory>(500); }

TEST(WarehouseHistories, AreThoseOfTheModelOnTables) { expect_as_the_model<OnTables>(15); }

/// A planted fault: it does not remember that an order was given up before stock was asked for.
class KeepsNoTombstones {
 public:
  explicit KeepsNoTombstones(Warehouse& inner) : inner_(&inner) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    if constexpr (std::same_as<Op, ReleaseReservation>) {
      if (!inner_->handle(GetReservation{operation.order}, context)) {
        return Reservation{operation.order, ReservationState::Released, {}};
      }
    }
    return inner_->handle(operation, context);
  }

 private:
  Warehouse* inner_;
};

/// Another one: what is returned twice lies on the shelf twice.
class TakesBackAgain {
 public:
  explicit TakesBackAgain(Warehouse& inner) : inner_(&inner) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    if constexpr (std::same_as<Op, ReturnStock>) {
      const auto before = inner_->handle(GetReservation{operation.order}, context);
      if (before && before->state == ReservationState::Returned) {
        for (const ReservationLine& line : before->lines) {
          (void)inner_
              ->handle(ReceiveStock{line.track, line.quantity},
                       keyed("again-" + std::to_string(++times_)))
              .has_value();
        }
      }
    }
    return inner_->handle(operation, context);
  }

 private:
  Warehouse* inner_;
  int times_ = 0;
};

template <class Fault>
bool is_found_out() {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    InMemory world;
    banyan::Chain<Warehouse, Fault> faulty{Fault(world.warehouse())};
    if (!History(faulty, seed).run().empty()) return true;
  }
  return false;
}

// The test can fail.
TEST(WarehouseHistories, FindOutAWarehouseThatForgetsOrBooksTwice) {
  EXPECT_TRUE(is_found_out<KeepsNoTombstones>());
  EXPECT_TRUE(is_found_out<TakesBackAgain>());
}

}  // namespace
}  // namespace warehouse::histories

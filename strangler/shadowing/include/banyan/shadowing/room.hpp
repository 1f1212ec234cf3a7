// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace banyan::strangler {

/// How much is taken of something that there is not much of: bytes, places. Safe for concurrent
/// use.
class Room {
 public:
  /// As far as not more than `most` are taken then; else nothing is.
  bool take(std::uint64_t amount, std::uint64_t most) {
    std::uint64_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (amount > most || taken > most - amount) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + amount, std::memory_order_relaxed));
    return true;
  }
  void give_back(std::uint64_t amount) { taken_.fetch_sub(amount, std::memory_order_relaxed); }
  std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> taken_{0};
};

/// What one of them has taken, and gives back at its end. The room must outlive it. One thread at a
/// time.
class Taken {
 public:
  Taken(Room& room, std::uint64_t most) : room_(&room), most_(most) {}
  Taken(Taken&& other) noexcept
      : room_(other.room_), most_(other.most_), amount_(std::exchange(other.amount_, 0)) {}
  Taken& operator=(Taken&&) = delete;
  ~Taken() { give_back(); }

  bool more(std::uint64_t amount) {
    if (!room_->take(amount, most_)) return false;
    amount_ += amount;
    return true;
  }
  void give_back() { room_->give_back(std::exchange(amount_, 0)); }
  std::uint64_t amount() const { return amount_; }

 private:
  Room* room_;
  std::uint64_t most_;
  std::uint64_t amount_ = 0;
};

}  // namespace banyan::strangler

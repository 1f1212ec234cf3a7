// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "shop_client.hpp"

namespace journey {

/// What customers were promised.
struct Acknowledged {
  std::string order;  ///< its id
  std::string customer;
  std::vector<std::pair<std::string, std::int64_t>> lines;
};

/// Customers who browse and order, all through the journey. An order whose answer does not come is
/// asked for again under its key until there is an answer, as a good client does.
class Load {
 public:
  struct Plan {
    unsigned browsers = 3;
    unsigned buyers = 3;
    std::chrono::microseconds pause{2'000};  ///< of each, between two requests
    unsigned customers = 400;
    std::uint64_t seed = 1;
  };
  Load(unsigned short port, Plan plan, std::vector<std::string> tracks,
       std::vector<std::string> albums, std::vector<std::string> hot);
  /// Stops.
  ~Load();

  /// Failures from now on are expected, because of what the narration says.
  void announce(bool expected) { announced_ = expected; }

  /// Lets everybody finish what they are at. Throws nothing.
  void stop();

  struct Figures {
    std::uint64_t requests = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t accepted_only = 0;  ///< acknowledged, not yet paid
    std::uint64_t out_of_stock = 0;
    /// How often for each cause: the rule of the problem, or why there was no answer.
    std::map<std::string, std::uint64_t> announced_failures;
    std::uint64_t repeated_orders = 0;  ///< asked for again under their key
    double p50_ms = 0;
    double p99_ms = 0;
  };
  /// Since the last call.
  Figures since_last();
  Figures total() const;

  /// Failures that nobody announced, the first few.
  std::vector<std::string> unexpected() const;
  std::uint64_t unexpected_count() const { return unexpected_count_; }

  std::vector<Acknowledged> acknowledged() const;
  std::vector<std::string> refused_orders() const;  ///< keys that were answered out of stock
  std::uint64_t orders_so_far() const { return acknowledged_count_; }

  /// Of all customers, how many are on the new side of the module at so many per cent.
  double share_of_customers(std::string_view module, int percent) const;

 private:
  void browse(const std::stop_token& stop, std::uint64_t seed);
  void buy(const std::stop_token& stop, std::uint64_t seed, unsigned buyer);
  /// Notes a request; whether it was answered as it should.
  bool note(const std::string& what, const Answer& answer,
            std::chrono::steady_clock::time_point begin, bool announced_before);
  const std::string& customer(std::uint64_t number) const;

  unsigned short port_;
  Plan plan_;
  std::vector<std::string> tracks_, albums_, hot_;
  std::vector<std::string> customers_;  ///< with accounts that were opened at the start
  std::atomic<bool> announced_ = false;
  std::atomic<std::uint64_t> unexpected_count_ = 0;
  std::atomic<std::uint64_t> acknowledged_count_ = 0;
  mutable std::mutex mutex_;
  Figures total_, last_;
  std::vector<float> latencies_;  ///< ms, since the last figures
  std::vector<std::string> unexpected_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<std::string> refused_;
  std::vector<std::jthread> threads_;
};

/// "12 (9 banyan.unreachable, 3 banyan.circuit_open)", or "0".
std::string split_by_cause(const std::map<std::string, std::uint64_t>& failures);

}  // namespace journey

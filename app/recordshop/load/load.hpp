// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/random.hpp"
#include "load/histogram.hpp"
#include "load/ledger.hpp"
#include "load/shop_api.hpp"
#include "load/zipf.hpp"

namespace recordshop::load {

struct LoadOptions {
  double sessions_per_second = 10;
  std::chrono::milliseconds duration{10'000};  ///< in which sessions begin
  std::chrono::milliseconds think_time{500};   ///< the mean of a person's pauses
  std::chrono::milliseconds patience{30'000};  ///< how long a person asks again
  std::size_t connections = 32;
  std::size_t customers = 100;
  std::uint64_t seed = 1;  ///< what sessions do; not when they are answered
  std::string run;         ///< unlike that of any other run: part of keys and addresses
};

/// What sessions do; the name in reports.
enum class Kind : std::uint8_t { Browse, Search, Stock, Order, Follow, Cancel, Return, Deliver };
inline constexpr std::array kKinds{Kind::Browse, Kind::Search, Kind::Stock,  Kind::Order,
                                   Kind::Follow, Kind::Cancel, Kind::Return, Kind::Deliver};
std::string_view to_string(Kind kind);

/// Of one kind of request.
struct Figures {
  Histogram latency;  ///< from when it was meant to be made to its last answer
  std::uint64_t repetitions = 0;
  std::uint64_t failures = 0;  ///< no answer that a person could do with
};

struct Totals {
  std::map<Kind, Figures> kinds;
  std::uint64_t sessions = 0;         ///< that have begun
  std::uint64_t refused = 0;          ///< orders, for a reason that a person understands
  std::vector<std::string> failures;  ///< the first few, as texts
  Figures all() const;
};

/// People who come, whatever the shop is doing: sessions at a constant rate, each a person who
/// browses, searches, orders, follows, cancels and returns, thinking in between; and now and then a
/// delivery.
class Load {
 public:
  /// Takes stock of the catalogue and opens accounts. Throws NoAnswer.
  Load(ShopApi& shop, const LoadOptions& options, Ledger& ledger);

  /// Has people come for the duration, or until `stop` is true, and lets all finish what they are
  /// at. `progress` is called about every second.
  void run(const std::atomic<bool>& stop, const std::function<void()>& progress);

  Totals totals() const;

 private:
  friend class Session;
  void open_accounts();
  /// Makes a request as often as it takes.
  Answer ask(Kind kind, std::chrono::steady_clock::time_point intended,
             const std::function<Answer()>& request);
  void fail(Kind kind, const Answer& answer);

  ShopApi& shop_;
  const LoadOptions options_;
  Ledger& ledger_;
  std::vector<std::string> tracks_;  ///< by popularity
  std::vector<std::string> titles_;  ///< of the same
  std::vector<std::string> customers_;
  bool has_search_ = false;
  bool has_returns_ = false;
  Zipf popularity_;
  std::atomic<std::uint64_t> sessions_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  mutable std::mutex mutex_;
  std::map<Kind, Figures> kinds_;
  std::vector<std::string> failures_;
};

}  // namespace recordshop::load

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/kernel/random.hpp"
#include "load/figures.hpp"
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

  /// Whoever is still at something leaves at once, and what they have asked for is in no ledger:
  /// for somebody who does not want to know any more. Ends run(). From any thread.
  void give_up() { given_up_ = true; }

  /// From now on, or no longer, somebody keeps the shop from answering on purpose. What fails
  /// meanwhile, also what has begun before, is counted apart. From any thread.
  void announce(bool trouble) { announced_ = trouble; }

  /// So far. From any thread.
  Totals totals() const;

  /// How many requests of a kind have ended, of whoever `wanted` says. From any thread.
  std::uint64_t asked(Kind kind, const std::function<bool(const std::string&)>& wanted) const;

 private:
  friend class Session;
  void open_accounts();
  // What sessions tell.
  /// Makes a request once.
  Answer attempt(Kind kind, const std::string& customer, const std::function<Answer()>& request);
  void asks_again(Kind kind);
  void answered(Kind kind, std::chrono::steady_clock::time_point intended);
  void failed(Kind kind, const Answer& answer);
  void acknowledged(bool done);
  void refused(const std::string& rule);

  void note_trouble(Kind kind, const Answer& answer, bool announced);

  ShopApi& shop_;
  const LoadOptions options_;
  Ledger& ledger_;
  std::vector<std::string> tracks_;  ///< by popularity
  std::vector<std::string> titles_;  ///< of the same
  std::vector<std::string> customers_;
  bool has_search_ = false;
  bool has_returns_ = false;
  bool has_payments_ = false;
  Zipf popularity_;
  std::atomic<bool> announced_ = false;
  std::atomic<bool> given_up_ = false;
  mutable std::mutex mutex_;
  Totals totals_;
  std::map<Kind, std::map<std::string, std::uint64_t>> asked_;  ///< by customer
};

}  // namespace recordshop::load

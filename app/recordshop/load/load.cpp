// SPDX-License-Identifier: Apache-2.0
#include "load/load.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "load/arrivals.hpp"
#include "load/sessions.hpp"

namespace recordshop::load {
namespace {

using Clock = Arrivals::Clock;

/// By popularity, which has nothing to do with the order of the list.
std::vector<nlohmann::json> shuffled(std::vector<nlohmann::json> rows, std::uint64_t seed) {
  banyan::SeededRandom random(seed);
  for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.next() % i]);
  return rows;
}

/// Nobody is to blame for a request that is still being carried out.
bool is_trouble(const Answer& answer) { return answer.worth_a_retry() && !answer.still_running(); }

void add_example(std::vector<std::string>& texts, Kind kind, const Answer& answer) {
  constexpr std::size_t kMost = 20;
  if (texts.size() < kMost) {
    texts.push_back(fmt::format("{}: {}", to_string(kind), answer.text()));
  }
}

}  // namespace

Load::Load(ShopApi& shop, const LoadOptions& options, Ledger& ledger)
    : shop_(shop), options_(options), ledger_(ledger), popularity_(1, 1) {
  for (const auto& track :
       shuffled(shop.all("/tracks", "tracks", options.patience), options.seed)) {
    tracks_.push_back(track.at("id"));
    titles_.push_back(track.value("title", ""));
  }
  if (tracks_.empty()) throw NoAnswer("GET /tracks: the shop has no tracks; fill it first");
  popularity_ = Zipf(tracks_.size(), 1.0);
  has_search_ = shop.has("/search", options.patience);
  has_returns_ = shop.has("/orders/{id}/return", options.patience);
  has_payments_ = shop.has("/payments/{order}", options.patience);
  open_accounts();
}

void Load::open_accounts() {
  const bool has_accounts = shop_.has("/customers", options_.patience);
  for (std::size_t i = 0; i < options_.customers; ++i) {
    if (!has_accounts) {
      customers_.push_back(fmt::format("cus_{:032x}", options_.seed * 1'000'000 + i + 1));
      continue;
    }
    constexpr std::array kCountries{"DE", "FR", "AT", "GB", "US"};
    const std::string name = fmt::format("Customer {} of {}", i + 1, options_.run);
    const nlohmann::json body = {{"name", name},
                                 {"email", fmt::format("{}-{}@example.org", options_.run, i + 1)},
                                 {"address",
                                  {{"recipient", name},
                                   {"street", fmt::format("Record Lane {}", i + 1)},
                                   {"postal_code", "12345"},
                                   {"city", "Vinyl"},
                                   {"country", kCountries[i % kCountries.size()]}}}};
    std::uint64_t repetitions = 0;
    const Answer answer = insist(
        [&] {
          return shop_.post("/customers", body, fmt::format("{}-account-{}", options_.run, i));
        },
        options_.patience, repetitions);
    if (!answer.good()) throw NoAnswer("POST /customers: " + answer.text());
    customers_.push_back(answer.json().at("id"));
  }
}

Answer Load::attempt(Kind kind, const std::string& customer,
                     const std::function<Answer()>& request) {
  const bool announced_before = announced_;
  Answer answer = request();
  {
    const std::lock_guard lock(mutex_);
    ++asked_[kind][customer];
  }
  answer.announced = announced_before || announced_;
  if (is_trouble(answer)) note_trouble(kind, answer, answer.announced);
  return answer;
}

void Load::asks_again(Kind kind) {
  const std::lock_guard lock(mutex_);
  ++totals_.kinds[kind].repetitions;
}

void Load::answered(Kind kind, Clock::time_point intended) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - intended);
  const std::lock_guard lock(mutex_);
  totals_.kinds[kind].latency.record(took);
}

void Load::failed(Kind kind, const Answer& answer) {
  // What might have been better later was noted at each attempt.
  if (!is_trouble(answer)) note_trouble(kind, answer, answer.announced);
  const std::lock_guard lock(mutex_);
  ++totals_.kinds[kind].failures;
  add_example(totals_.failures, kind, answer);
}

void Load::acknowledged(bool done) {
  const std::lock_guard lock(mutex_);
  ++totals_.acknowledged;
  if (!done) ++totals_.under_way;
}

void Load::refused(const std::string& rule) {
  const std::lock_guard lock(mutex_);
  ++totals_.refused[rule];
}

void Load::note_trouble(Kind kind, const Answer& answer, bool announced) {
  const std::lock_guard lock(mutex_);
  Figures& figures = totals_.kinds[kind];
  ++(announced ? figures.announced : figures.troubles)[answer.cause()];
  if (!announced) add_example(totals_.troubles, kind, answer);
}

void Load::run(const std::atomic<bool>& stop, const std::function<void()>& progress) {
  Arrivals arrivals(options_.connections);
  banyan::SeededRandom random(options_.seed);
  const Clock::time_point begin = Clock::now();
  const std::chrono::duration<double> gap(1 / options_.sessions_per_second);
  auto next_progress = begin + std::chrono::seconds(1);
  const auto wait_until = [&](Clock::time_point until) {
    while (!stop && !given_up_ && Clock::now() < until) {
      // Short pauses, so that a wish to stop is heard.
      std::this_thread::sleep_until(std::min(until, Clock::now() + std::chrono::milliseconds(50)));
      if (Clock::now() >= next_progress) {
        next_progress += std::chrono::seconds(1);
        progress();
      }
    }
  };
  for (std::uint64_t number = 0; !stop && !given_up_; ++number) {
    const auto offset =
        std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(number));
    if (offset >= options_.duration) break;
    begin_session(*this, arrivals, begin + offset, number, random.next());
    {
      const std::lock_guard lock(mutex_);
      ++totals_.sessions;
    }
    // Planned a little ahead, so that the planning is never late itself.
    wait_until(begin + offset - std::chrono::milliseconds(100));
  }
  while (!given_up_ && !arrivals.wait_until_idle(Clock::now() + std::chrono::seconds(1))) {
    progress();
  }
}

std::uint64_t Load::asked(Kind kind, const std::function<bool(const std::string&)>& wanted) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = 0;
  const auto found = asked_.find(kind);
  if (found == asked_.end()) return 0;
  for (const auto& [customer, times] : found->second) all += wanted(customer) ? times : 0;
  return all;
}

Totals Load::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

}  // namespace recordshop::load

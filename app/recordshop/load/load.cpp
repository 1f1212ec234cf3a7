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

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Browse: return "browse";
    case Kind::Search: return "search";
    case Kind::Stock: return "stock";
    case Kind::Order: return "order";
    case Kind::Follow: return "follow";
    case Kind::Cancel: return "cancel";
    case Kind::Return: return "return";
    case Kind::Deliver: return "deliver";
  }
  return "?";
}

Figures Totals::all() const {
  Figures sum;
  for (const auto& [kind, figures] : kinds) {
    sum.latency.merge(figures.latency);
    sum.repetitions += figures.repetitions;
    sum.failures += figures.failures;
  }
  return sum;
}

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

Answer Load::ask(Kind kind, Clock::time_point intended, const std::function<Answer()>& request) {
  std::uint64_t repetitions = 0;
  Answer answer = insist(request, options_.patience, repetitions);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - intended);
  const std::lock_guard lock(mutex_);
  Figures& figures = kinds_[kind];
  figures.latency.record(took);
  figures.repetitions += repetitions;
  return answer;
}

void Load::fail(Kind kind, const Answer& answer) {
  const std::lock_guard lock(mutex_);
  ++kinds_[kind].failures;
  if (failures_.size() < 20) {
    failures_.push_back(fmt::format("{}: {}", to_string(kind), answer.text()));
  }
}

void Load::run(const std::atomic<bool>& stop, const std::function<void()>& progress) {
  Arrivals arrivals(options_.connections);
  banyan::SeededRandom random(options_.seed);
  const Clock::time_point begin = Clock::now();
  const std::chrono::duration<double> gap(1 / options_.sessions_per_second);
  auto next_progress = begin + std::chrono::seconds(1);
  const auto wait_until = [&](Clock::time_point until) {
    while (!stop && Clock::now() < until) {
      // Short pauses, so that a wish to stop is heard.
      std::this_thread::sleep_until(std::min(until, Clock::now() + std::chrono::milliseconds(50)));
      if (Clock::now() >= next_progress) {
        next_progress += std::chrono::seconds(1);
        progress();
      }
    }
  };
  for (std::uint64_t number = 0; !stop; ++number) {
    const auto offset =
        std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(number));
    if (offset >= options_.duration) break;
    begin_session(*this, arrivals, begin + offset, number, random.next());
    ++sessions_;
    // Planned a little ahead, so that the planning is never late itself.
    wait_until(begin + offset - std::chrono::milliseconds(100));
  }
  while (!arrivals.wait_until_idle(Clock::now() + std::chrono::seconds(1))) progress();
}

Totals Load::totals() const {
  const std::lock_guard lock(mutex_);
  return {kinds_, sessions_, refused_, failures_};
}

}  // namespace recordshop::load

// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>

#include "banyan/kernel/random.hpp"
#include "banyan/kernel/routing.hpp"

namespace journey {
namespace {

using Clock = std::chrono::steady_clock;

// A pause that ends at once when the thread is asked to stop.
void rest(const std::stop_token& stop, std::chrono::microseconds time) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

float quantile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

std::string cause_of(const Answer& answer) {
  if (answer.status == 0) return answer.problem;
  const std::string rule = answer.rule();
  return rule.empty() ? fmt::format("status {}", answer.status) : rule;
}

}  // namespace

Load::Load(unsigned short port, Plan plan, std::vector<std::string> tracks,
           std::vector<std::string> albums, std::vector<std::string> hot)
    : port_(port),
      plan_(plan),
      tracks_(std::move(tracks)),
      albums_(std::move(albums)),
      hot_(std::move(hot)) {
  ShopClient shop(port);
  for (unsigned i = 0; i < plan.customers; ++i) {
    customers_.push_back(shop.open_account(fmt::format("Journey Customer {}", i),
                                           fmt::format("journey.{}@example.org", i)));
  }
  for (unsigned i = 0; i < plan.browsers; ++i) {
    threads_.emplace_back(
        [this, i](const std::stop_token& stop) { browse(stop, plan_.seed * 1'000 + i); });
  }
  for (unsigned i = 0; i < plan.buyers; ++i) {
    threads_.emplace_back(
        [this, i](const std::stop_token& stop) { buy(stop, plan_.seed * 2'000 + i, i); });
  }
}

Load::~Load() { stop(); }

void Load::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

const std::string& Load::customer(std::uint64_t number) const {
  return customers_[number % customers_.size()];
}

double Load::share_of_customers(std::string_view module, int percent) const {
  unsigned moved = 0;
  for (unsigned number = 0; number < plan_.customers; ++number) {
    if (banyan::sticky_bucket(module, customer(number)) < static_cast<unsigned>(percent) * 100) {
      ++moved;
    }
  }
  return static_cast<double>(moved) / plan_.customers;
}

bool Load::note(const std::string& what, const Answer& answer, Clock::time_point begin,
                bool announced_before) {
  const bool fine = answer.status >= 200 && answer.status < 500;
  const std::chrono::duration<float, std::milli> took = Clock::now() - begin;
  const std::lock_guard lock(mutex_);
  ++total_.requests;
  if (fine) {
    latencies_.push_back(took.count());
  } else if (announced_before || announced_) {
    ++total_.announced_failures[cause_of(answer)];
  } else {
    ++unexpected_count_;
    if (unexpected_.size() < 20) {
      unexpected_.push_back(fmt::format("{}: {} {}{}", what, answer.status, answer.problem,
                                        answer.body.substr(0, 300)));
    }
  }
  return fine;
}

void Load::browse(const std::stop_token& stop, std::uint64_t seed) {
  ShopClient shop(port_);
  banyan::SeededRandom random(seed);
  while (!stop.stop_requested()) {
    const std::string who = customer(random.next());
    const std::uint64_t choice = random.next() % 10;
    const std::string& track = tracks_[random.next() % tracks_.size()];
    std::string target = "/tracks/" + track;
    if (choice == 0) target = "/tracks?limit=20";
    if (choice == 1) target = "/albums/" + albums_[random.next() % albums_.size()];
    if (choice == 2) target = "/stock/" + track;
    const bool announced = announced_;
    const auto begin = Clock::now();
    note("GET " + target, shop.get(target, who), begin, announced);
    rest(stop, plan_.pause);
  }
}

void Load::buy(const std::stop_token& stop, std::uint64_t seed, unsigned buyer) {
  ShopClient shop(port_);
  banyan::SeededRandom random(seed);
  for (std::uint64_t number = 0; !stop.stop_requested(); ++number) {
    const std::string who = customer(random.next());
    std::vector<std::pair<std::string, std::int64_t>> lines;
    const std::uint64_t count = 1 + random.next() % 3;
    while (lines.size() < count) {
      const bool wants_hot = !hot_.empty() && random.next() % 5 == 0;
      const auto& shelf = wants_hot ? hot_ : tracks_;
      const std::string& track = shelf[random.next() % shelf.size()];
      const bool twice =
          std::ranges::any_of(lines, [&](const auto& line) { return line.first == track; });
      if (!twice) lines.emplace_back(track, static_cast<std::int64_t>(1 + random.next() % 2));
    }
    const std::string key = fmt::format("journey-{}-{}-{}", plan_.seed, buyer, number);
    // Not left alone half done, even when the load stops: its outcome must be known.
    for (int attempt = 0; attempt < 400; ++attempt) {
      const bool announced = announced_;
      const auto begin = Clock::now();
      const Answer answer = shop.place_order(who, key, lines);
      const bool still_running = answer.rule() == "banyan.command_running";
      const bool fine = note("POST /orders", answer, begin, announced) && !still_running;
      if (fine) {
        const nlohmann::json order = answer.json();
        const std::lock_guard lock(mutex_);
        if (answer.status == 201 || answer.status == 200 || answer.status == 202) {
          acknowledged_.push_back({order.value("id", ""), who, lines});
          ++acknowledged_count_;
          ++total_.acknowledged;
          if (order.value("state", "") != "paid") ++total_.accepted_only;
        } else if (answer.rule() == "orders.out_of_stock") {
          refused_.push_back(key);
          ++total_.out_of_stock;
        } else {
          ++unexpected_count_;
          unexpected_.push_back(fmt::format("POST /orders: {} {}", answer.status, answer.body));
        }
        break;
      }
      {
        const std::lock_guard lock(mutex_);
        ++total_.repeated_orders;
      }
      rest({}, std::chrono::milliseconds(50));
    }
    rest(stop, plan_.pause);
  }
}

Load::Figures Load::since_last() {
  const std::lock_guard lock(mutex_);
  Figures now = total_;
  Figures part;
  part.requests = now.requests - last_.requests;
  part.acknowledged = now.acknowledged - last_.acknowledged;
  part.accepted_only = now.accepted_only - last_.accepted_only;
  part.out_of_stock = now.out_of_stock - last_.out_of_stock;
  for (const auto& [cause, count] : now.announced_failures) {
    if (const std::uint64_t more = count - last_.announced_failures[cause]; more > 0) {
      part.announced_failures.emplace(cause, more);
    }
  }
  part.repeated_orders = now.repeated_orders - last_.repeated_orders;
  part.p50_ms = quantile(latencies_, 0.5);
  part.p99_ms = quantile(latencies_, 0.99);
  latencies_.clear();
  last_ = now;
  return part;
}

Load::Figures Load::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

std::vector<std::string> Load::unexpected() const {
  const std::lock_guard lock(mutex_);
  return unexpected_;
}

std::vector<Acknowledged> Load::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

std::vector<std::string> Load::refused_orders() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::string split_by_cause(const std::map<std::string, std::uint64_t>& failures) {
  std::uint64_t all = 0;
  std::string causes;
  for (const auto& [cause, count] : failures) {
    all += count;
    causes += fmt::format("{}{} {}", causes.empty() ? "" : ", ", count, cause);
  }
  return causes.empty() ? "0" : fmt::format("{} ({})", all, causes);
}

}  // namespace journey

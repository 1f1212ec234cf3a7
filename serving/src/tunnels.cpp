// SPDX-License-Identifier: Apache-2.0
#include "tunnels.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "banyan/kernel/random.hpp"
#include "banyan/serving/metrics.hpp"

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kLongestLook{5'000};
constexpr std::chrono::milliseconds kShortestLook{10};
constexpr int kLooksInATime = 8;

using Key = std::tuple<std::string, std::string, Side>;

Key key_of(const Tunnel& tunnel) { return {tunnel.rollout, tunnel.route, tunnel.side}; }

/// From a half of `time` on, evenly.
std::chrono::milliseconds some_of(std::chrono::milliseconds time) {
  const auto half = time / 2;
  const auto rest = static_cast<std::uint64_t>((time - half).count());
  return half + std::chrono::milliseconds(system_random().next() % (rest + 1));
}

}  // namespace

struct Tunnels::Book {
  Book(const RoutingTable& table, std::chrono::milliseconds time)
      : routing(&table), pinned_time(time) {}

  bool pinned(const Tunnel& tunnel) const {
    if (tunnel.rollout.empty()) return false;
    if (tunnel.forced)
      return tunnel.side == Side::Local && side(tunnel, Effect::Write) != Side::Local;
    return side(tunnel, tunnel.effect) != tunnel.side;
  }

  Side side(const Tunnel& tunnel, Effect effect) const {
    return routing->decide(tunnel.rollout, effect, tunnel.stickiness_key).side;
  }

  const RoutingTable* routing;
  std::chrono::milliseconds pinned_time;
  std::mutex mutex;
  std::map<Key, std::uint64_t> opened;
  std::set<const Tunnel*> live;
};

struct Tunnels::Live : std::enable_shared_from_this<Tunnels::Live> {
  Live(std::shared_ptr<Book> in, Tunnel what, http::Loop& on, std::function<void()> how)
      : book(std::move(in)), tunnel(std::move(what)), loop(&on), end(std::move(how)) {
    const std::lock_guard lock(book->mutex);
    ++book->opened[key_of(tunnel)];
    book->live.insert(&tunnel);
  }
  ~Live() {
    const std::lock_guard lock(book->mutex);
    book->live.erase(&tunnel);
  }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  void look_later() {
    const auto time = std::clamp(book->pinned_time / kLooksInATime, kShortestLook, kLongestLook);
    loop->after(time, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }

  void look() {
    if (!book->pinned(tunnel)) {
      due.reset();
    } else if (!due) {
      due = loop->now() + some_of(book->pinned_time);
    } else if (loop->now() >= *due) {
      return end();
    }
    look_later();
  }

  std::shared_ptr<Book> book;
  Tunnel tunnel;
  http::Loop* loop;
  std::function<void()> end;
  std::optional<SteadyTime> due;
};

Tunnels::Tunnels(const RoutingTable& routing, std::chrono::milliseconds pinned_time)
    : book_(std::make_shared<Book>(routing, pinned_time)) {}

Tunnels::~Tunnels() = default;

std::shared_ptr<void> Tunnels::open(Tunnel tunnel, http::Loop& loop, std::function<void()> end) {
  const bool ages = book_->pinned_time.count() > 0 && !tunnel.rollout.empty();
  auto live = std::make_shared<Live>(book_, std::move(tunnel), loop, std::move(end));
  if (ages) live->look_later();
  return live;
}

std::vector<Tunnels::Count> Tunnels::counts() const {
  std::map<Key, Count> rows;
  const std::lock_guard lock(book_->mutex);
  for (const auto& [key, opened] : book_->opened) {
    const auto& [rollout, route, side] = key;
    rows[key] = {rollout, route, side, opened, 0, 0};
  }
  for (const Tunnel* tunnel : book_->live) {
    Count& row = rows.at(key_of(*tunnel));
    ++row.live;
    if (book_->pinned(*tunnel)) ++row.pinned;
  }
  std::vector<Count> all;
  all.reserve(rows.size());
  for (auto& [key, row] : rows) all.push_back(std::move(row));
  return all;
}

void Tunnels::forget_if(
    const std::function<bool(std::string_view rollout, std::string_view route)>& gone) {
  const std::lock_guard lock(book_->mutex);
  std::set<Key> live;
  for (const Tunnel* tunnel : book_->live) live.insert(key_of(*tunnel));
  std::erase_if(book_->opened, [&](const auto& row) {
    const auto& [rollout, route, side] = row.first;
    return gone(rollout, route) && !live.contains(row.first);
  });
}

strangler::TunnelCounts Tunnels::of(std::string_view rollout) const {
  strangler::TunnelCounts sum;
  for (const Count& each : counts()) {
    if (each.rollout != rollout) continue;
    (each.side == Side::Remote ? sum.new_side : sum.old_side) += each.live;
    sum.pinned += each.pinned;
  }
  return sum;
}

std::vector<telemetry::Sample> samples(const Tunnels& tunnels) {
  std::vector<telemetry::Sample> all;
  const auto counts = tunnels.counts();
  for (const Tunnels::Count& each : counts) {
    const std::vector<std::string> labels = {each.rollout, each.route,
                                             std::string(to_string(each.side))};
    const auto add = [&](const telemetry::Metric& of, auto value) {
      all.push_back({of, labels, static_cast<double>(value)});
    };
    add(metric("banyan_tunnels"), each.live);
    add(metric("banyan_tunnels_pinned"), each.pinned);
    add(metric("banyan_tunnels_opened_total"), each.opened);
  }
  return all;
}

}  // namespace banyan::serving

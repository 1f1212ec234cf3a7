// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/relay.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "lane.hpp"
#include "leases.hpp"
#include "sending.hpp"
#include "work_board.hpp"

namespace banyan::events {
namespace {

// A database that fails is left alone for so long.
constexpr std::chrono::milliseconds kAfterFault{500};
// Of sending, until it is another's turn.
constexpr int kRoundsOfTurn = 4;

}  // namespace

/// Looks for lanes with something to send, and has that sent, on threads.
class Relay::Work {
 public:
  Work(EventLog& log, std::string holder, const Environment& environment, RelayOptions options,
       RelayObserver observer)
      : log_(log),
        environment_(environment),
        options_(options),
        observer_(std::move(observer)),
        leases_(log, std::move(holder), environment_, options_,
                [this](std::string_view what) { tell(what); }) {}
  ~Work() { stop(); }

  void add_lane(const std::string& name, Start start, std::vector<EventTransport*> transports) {
    lanes_.try_emplace(name, name, start, std::move(transports), environment_, options_, observer_);
  }

  void start() {
    // Before anybody can publish what a new lane should have.
    register_lanes();
    const bool sends =
        std::ranges::any_of(lanes_, [](const auto& each) { return each.second.sends(); });
    for (std::size_t i = 0; sends && i < options_.workers; ++i) {
      threads_.emplace_back([this] { work(); });
    }
    leases_.keep_renewing();
    purging_ = environment_.scheduler.every(std::chrono::seconds(10), [this] { purge(); });
    looking_after_ = environment_.scheduler.every(options_.poll, [this] { look_after_lanes(); });
  }

  void wake() { board_->wake(); }
  std::function<void()> bell() const {
    return [board = board_] { board->wake(); };
  }

  void stop() {
    board_->stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    leases_.stop();
    purging_.reset();
    looking_after_.reset();
  }

  void switch_to(const std::string& name, std::string_view transport) {
    const auto found = lanes_.find(name);
    if (found == lanes_.end() || !found->second.has(transport)) return;
    const Route route = log_.take_route(name, std::string(transport), context());
    found->second.take(route);
    if (observer_.rerouted) observer_.rerouted(name, route);
    wake();
  }

  std::uint64_t pump() {
    register_lanes();
    begin_forgotten_anew();
    const std::uint64_t before = delivered();
    while (true) {
      bool any = false;
      for (const WorkBoard::Task& task : slots_with_work()) {
        const Turn turn = take_turn(task);
        any = any || turn.did_anything || turn.has_more;
      }
      if (!any) return delivered() - before;
    }
  }

  EventLog& log() const { return log_; }
  std::uint64_t looks() const { return looks_; }

  std::vector<LaneFigures> figures() const {
    std::vector<LaneFigures> all;
    for (const auto& [name, lane] : lanes_) all.push_back(lane.figures());
    return all;
  }

 private:
  Context context() const {
    return Context::begin(options_.budget, environment_.clock, environment_.random);
  }

  std::uint64_t delivered() const {
    std::uint64_t sum = 0;
    for (const auto& [name, lane] : lanes_) sum += lane.delivered();
    return sum;
  }

  void tell(std::string_view what) const {
    if (observer_.fault) observer_.fault(what);
  }

  void register_lanes() {
    for (auto& [name, lane] : lanes_) {
      if (lane.is_registered()) continue;
      log_.add_lane(name, lane.start(), context());
      Route route;
      if (lane.sends()) {
        route = log_.take_route(name, std::string(lane.wanted_transport()), context());
      }
      lane.register_with(route);
    }
  }

  // Whoever follows again after it was forgotten hears of what comes from then on. A process that
  // runs follows, so that need not wait for its next start.
  void begin_forgotten_anew() {
    for (auto& [name, lane] : lanes_) {
      if (!lane.is_registered() || !log_.add_lane(name, Start::Head, context())) continue;
      lane.deregister();
      if (observer_.forgotten) observer_.forgotten(name);
    }
    register_lanes();
  }

  void look_after_lanes() {
    try {
      begin_forgotten_anew();
    } catch (const std::exception& fault) {
      tell(fault.what());
    }
  }

  // --- on the threads

  void work() {
    while (true) {
      const WorkBoard::Next next = board_->next();
      switch (next.kind) {
        case WorkBoard::Next::Kind::Stop: return;
        case WorkBoard::Next::Kind::Look: {
          const auto tasks = look();
          board_->found(tasks, wait());
          break;
        }
        case WorkBoard::Next::Kind::Work: board_->done(next.task, run(next.task)); break;
      }
    }
  }

  std::chrono::microseconds wait() const {
    std::chrono::microseconds wait = options_.poll;
    for (const auto& [name, lane] : lanes_) wait = lane.wait(wait);
    return wait;
  }

  std::deque<WorkBoard::Task> look() {
    std::deque<WorkBoard::Task> tasks;
    try {
      register_lanes();
      tasks = slots_with_work();
      for (auto& [name, lane] : lanes_) settle_route(lane);
    } catch (const std::exception& fault) {
      tell(fault.what());
      for (auto& [name, lane] : lanes_) lane.rest_for(kAfterFault);
    }
    return tasks;
  }

  std::deque<WorkBoard::Task> slots_with_work() {
    ++looks_;
    std::deque<WorkBoard::Task> tasks;
    for (auto& [name, lane] : lanes_) {
      lane.begin_look();
      if (!lane.sends() || lane.rests()) continue;
      for (const int slot : log_.slots_with_work(name, leases_.holder(), context())) {
        tasks.push_back({&lane, slot});
      }
    }
    return tasks;
  }

  void settle_route(Lane& lane) {
    if (!lane.sends() || lane.rests() || lane.route().before.empty()) return;
    lane.settle_route(log_.settle_route(lane.name(), context()));
  }

  /// Whether there is more.
  bool run(const WorkBoard::Task& task) {
    try {
      return take_turn(task).has_more;
    } catch (const std::exception& fault) {
      tell(fault.what());
      task.lane->rest_for(kAfterFault);
      return false;
    }
  }

  struct Turn {
    bool did_anything = false;
    bool has_more = false;  ///< that could be sent now, and is left to the next turn
  };

  /// A few rounds, and no more: others have something to send, too.
  Turn take_turn(const WorkBoard::Task& task) {
    Turn turn;
    Lane& lane = *task.lane;
    const auto held = leases_.take(lane.name(), task.slot);
    if (!held) return turn;
    Sending sending(log_, lane, environment_, options_, board_->stopping());
    for (int rounds = 1;; ++rounds) {
      const std::uint64_t before = lane.delivered();
      Sending::Round round = sending.round(held->lease());
      turn.did_anything =
          turn.did_anything || lane.delivered() != before || !round.settlement.holds.empty();
      round.settlement.release = !round.more || rounds == kRoundsOfTurn || board_->stopping();
      if (!log_.settle(held->lease(), round.settlement, context())) return turn;
      lane.settled(round.settlement);
      if (round.settlement.release) {
        turn.has_more = round.more;
        return turn;
      }
      held->move_to(round.settlement.position);
    }
  }

  void purge() {
    constexpr std::int64_t kAtOnce = 1'000;
    try {
      const std::chrono::microseconds kept = options_.kept_for;
      const Timestamp before{environment_.clock.now().micros - kept.count()};
      while (!board_->stopping() && log_.purge(before, kAtOnce, context()) >= kAtOnce) {
      }
    } catch (const std::exception& fault) {
      tell(fault.what());
    }
  }

  EventLog& log_;
  const Environment environment_;
  const RelayOptions options_;
  const RelayObserver observer_;
  std::map<std::string, Lane> lanes_;  ///< all there when it starts
  Leases leases_;
  /// Shared with whoever may still ring when the relay is gone.
  const std::shared_ptr<WorkBoard> board_ = std::make_shared<WorkBoard>();
  std::atomic<std::uint64_t> looks_{0};
  std::vector<std::thread> threads_;
  std::unique_ptr<Scheduler::Handle> purging_;
  std::unique_ptr<Scheduler::Handle> looking_after_;
};

Relay::Relay(EventLog& log, std::string holder, const Environment& environment,
             RelayOptions options, RelayObserver observer)
    : work_(std::make_unique<Work>(log, std::move(holder), environment, options,
                                   std::move(observer))) {}
Relay::~Relay() = default;

void Relay::add_lane(const std::string& lane, Start start,
                     std::vector<EventTransport*> transports) {
  work_->add_lane(lane, start, std::move(transports));
}
void Relay::start() { work_->start(); }
void Relay::wake() { work_->wake(); }
std::function<void()> Relay::bell() const { return work_->bell(); }
void Relay::stop() { work_->stop(); }
void Relay::switch_to(const std::string& lane, std::string_view transport) {
  work_->switch_to(lane, transport);
}
std::uint64_t Relay::pump() { return work_->pump(); }
EventLog& Relay::log() const { return work_->log(); }
std::uint64_t Relay::looks() const { return work_->looks(); }
std::vector<LaneFigures> Relay::figures() const { return work_->figures(); }

}  // namespace banyan::events

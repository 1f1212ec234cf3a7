// SPDX-License-Identifier: Apache-2.0
// Two processes publish and relay events on one SQLite file, and are killed again and again. Two
// modules follow, each in a lane of its own. A process pushes to the other over a socket, signed,
// or handles by itself: the lanes change their transports. Handlers refuse, some for ever; the
// tables of all modules move to files of their own and back. At the end both followers must have
// handled each key from 1 to its last event, in order, each once.
//
// It goes on, up to a minute longer, until enough was killed and moved and transports were changed;
// a run that had less has shown nothing, and fails. So does one of 20 seconds or more in which less
// than nine tenths of the rate was published.
//
//   events_torture [--seconds N] [--seed N] [--rate EVENTS-A-SECOND]

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "banyan/binding/http_transport.hpp"
#include "banyan/events/http_push.hpp"
#include "banyan/mover/move.hpp"
#include "banyan/test/temporary_database.hpp"
#include "e2e/events/keeper.hpp"
#include "e2e/events/tally.hpp"
#include "support/child_process.hpp"
#include "unit/events/events_world.hpp"
#include "unit/events/pushed_to.hpp"

namespace banyan::test {
namespace {

using namespace std::chrono_literals;

struct Settings {
  int seconds = 4;
  unsigned seed = 1;
  int rate = 600;                                 ///< events a second of both
  std::array<std::uint16_t, 2> ports{}, peers{};  ///< by follower
  std::int64_t began = 0;                         ///< on the machine's steady clock
  std::string role;                               ///< "": the one that kills the others
  std::filesystem::path file;
};

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 2> kFollowers{"lighthouse", "keeper"};

/// Which module may touch what: for the mover.
mover::Ownership ownership() {
  mover::Ownership all;
  all.modules = {
      {"lamps", {"lamp_lines"}}, {"lighthouse", {"seen_lines"}}, {"keeper", Keeper::tables()}};
  return all;
}

/// A run is long enough for the rate to mean something.
constexpr int kLongRun = 20;

std::filesystem::path tally_of(const Settings& settings) {
  return settings.file.parent_path() / "tally";
}

constexpr int kKeys = 40;
constexpr std::string_view kPoison = "poison";

std::string key_of(std::mt19937& random) {
  const int number = static_cast<int>(random() % kKeys);
  return number < 3 ? std::string(kPoison) + std::to_string(number)
                    : "lamp" + std::to_string(number);
}

std::optional<EventAnswer> moody(const lamps::LampLit& event, std::uint32_t dice) {
  const Error why{ErrorCode::FailedPrecondition, "lighthouse.moody", "not today", {}};
  if (event.lamp.starts_with(kPoison)) return EventAnswer::refused(why);
  if (dice % 20 == 0) return EventAnswer::refused(why);
  if (dice % 20 == 1) return EventAnswer::later(why);
  return std::nullopt;
}

// Of the torture only.
const security::WebhookKeys& keys() {
  static const auto keys =
      security::WebhookKeys::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  return keys;
}

/// A follower in this process and in the other one, and both ways to it.
class Follower {
 public:
  Follower(const events::Receiver& receiver, std::uint16_t port, std::uint16_t peer,
           Tally::Lane& lane)
      : listening_(receiver, {.keys = keys()}, port),
        way_(binding::make_http_transport({"127.0.0.1", peer}, receiver.module(), {},
                                          system_clock())),
        push_(events::make_http_push(
            *way_, {.application = "shore", .module = receiver.module(), .keys = keys()},
            EventsWorld::environment())),
        here_(events::make_in_process_transport(receiver)),
        counted_push_(*push_, lane.pushed),
        counted_here_(*here_, lane.here) {}

  /// A relay begins with the last one.
  std::vector<events::EventTransport*> transports() { return {&counted_push_, &counted_here_}; }

 private:
  const PushedTo listening_;
  const std::unique_ptr<binding::RpcTransport> way_;
  const std::unique_ptr<events::EventTransport> push_, here_;
  Counted counted_push_, counted_here_;
};

/// Publishes and relays until it is killed.
int work(const Settings& settings) {
  EventsWorld world(settings.file);
  Tally tally(tally_of(settings));
  std::atomic<std::uint32_t> dice{settings.seed};
  const auto mood = [&dice](const lamps::LampLit& event, const EventContext& /*about*/) {
    return moody(event, dice.fetch_add(2654435761U) >> 8U);
  };
  world.set_mood(mood);
  Keeper keeper(world, mood);
  Follower lighthouse(world.receiver(), settings.ports[0], settings.peers[0],
                      tally.counts().lanes[0]);
  Follower second(keeper.receiver(), settings.ports[1], settings.peers[1], tally.counts().lanes[1]);
  events::RelayOptions options = EventsWorld::quick();
  options.workers = 4;
  options.poll = 200ms;
  options.lease = 300ms;
  options.first_backoff = 1ms;
  options.longest_backoff = 20ms;
  options.max_attempts = 20;
  options.batch.rows = 20;
  events::Relay relay(world.log(), std::to_string(::getpid()), EventsWorld::environment(), options,
                      {});
  relay.add_lane("lighthouse", events::Start::Beginning, lighthouse.transports());
  relay.add_lane("keeper", events::Start::Beginning, second.transports());
  world.publisher().on_published(relay.bell());
  relay.start();
  std::mt19937 random(settings.seed);
  std::array<bool, 2> pushes{};
  // Half of what there should be is this process's, from the beginning of the run: what was not
  // published while it was dead is made up for.
  const Clock::time_point began{Clock::duration(settings.began)};
  std::int64_t published = world.published() / 2;
  for (int round = 0;; ++round) {
    std::vector<std::string> lamps;
    for (auto i = random() % 3 + 1; i > 0; --i) lamps.push_back(key_of(random));
    try {
      world.light(lamps);
      published += std::ssize(lamps);
      if (round % 50 == 49) {
        const std::size_t which = random() % kFollowers.size();
        relay.switch_to(std::string(kFollowers[which]), pushes[which] ? "in_process" : "http");
        pushes[which] = !pushes[which];
        Tally::add(tally.counts().switches, 1);
      }
    } catch (const OperationalFault&) {
      std::this_thread::sleep_for(5ms);  // the tables move, or the disk is busy
    }
    // Half of what both publish.
    std::this_thread::sleep_until(began + published * 2 * 1'000'000us / settings.rate);
  }
}

/// Moves one module's tables out or back; may be killed, too.
int move(const Settings& settings) {
  constexpr std::array<const char*, 4> kWhose{"lamps", "lighthouse", "lamps", "keeper"};
  const mover::MoveRequest request{.shared = settings.file,
                                   .module = kWhose[settings.seed % kWhose.size()],
                                   .ownership = ownership()};
  const auto place = mover::placement_of(settings.file, request.module);
  if (!place) return 1;
  const auto moved =
      mover::move_module(request, place->moved ? mover::Direction::Back : mover::Direction::Out);
  if (!moved) std::cerr << "not moved: " << moved.error().message << '\n';
  return moved ? 0 : 1;
}

class Torture {
 public:
  explicit Torture(Settings settings) : settings_(std::move(settings)), random_(settings_.seed) {}

  int run() {
    settings_.file = folder_.path() / "lamps.db";
    {
      EventsWorld make(settings_.file);
      const Keeper its_table(make);
    }
    tally_.emplace(tally_of(settings_));
    std::vector<ChildProcess> workers;
    for (auto& ports : ports_) ports = {free_port(), free_port()};
    const Clock::time_point began = Clock::now();
    settings_.began = began.time_since_epoch().count();
    for (std::size_t i = 0; i < 2; ++i) workers.push_back(start_worker(i));
    const Clock::time_point until = began + std::chrono::seconds(settings_.seconds);
    while (Clock::now() < until || (!had_enough() && Clock::now() < until + 60s)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50 + random_() % 250));
      if (random_() % 3 == 0) {
        ChildProcess mover = start("move");
        if (random_() % 3 == 0) {
          std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 30));
          mover.kill();
        }
        moves_ += mover.wait(60s) == 0 ? 1 : 0;
      } else {
        const std::size_t victim = random_() % workers.size();
        workers[victim].kill();
        workers[victim] = start_worker(victim);
        ++kills_;
      }
    }
    for (ChildProcess& worker : workers) worker.kill();
    took_ = Clock::now() - began;
    return judge();
  }

 private:
  ChildProcess start(const std::string& role, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"/proc/self/exe",
                                      "--role",
                                      role,
                                      "--file",
                                      settings_.file.string(),
                                      "--seed",
                                      std::to_string(random_() % 1'000'000)};
    words.insert(words.end(), more.begin(), more.end());
    return ChildProcess(words, folder_.path() / "output.txt");
  }
  ChildProcess start_worker(std::size_t which) {
    return start(
        "work",
        {"--rate", std::to_string(settings_.rate), "--began", std::to_string(settings_.began),
         "--port", std::to_string(ports_[which][0]), "--second-port",
         std::to_string(ports_[which][1]), "--peer", std::to_string(ports_[1 - which][0]),
         "--second-peer", std::to_string(ports_[1 - which][1])});
  }

  /// Without these a run shows nothing.
  bool had_enough() {
    const std::int64_t least = std::max(1, settings_.seconds / 5);
    if (kills_ < least || moves_ < least || switches() < least) return false;
    return std::ranges::all_of(tally_->counts().lanes, [](Tally::Lane& lane) {
      return Tally::of(lane.here) > 0 && Tally::of(lane.pushed) > 0;
    });
  }
  std::int64_t switches() { return Tally::of(tally_->counts().switches); }

  // A last process, in which nobody refuses anything, finishes what the others have left.
  int judge() {
    (void)mover::recover(settings_.file, ownership());
    EventsWorld world(settings_.file);
    Keeper keeper(world);
    const auto seen_by = [&](std::size_t follower) {
      return follower == 0 ? world.seen() : keeper.seen();
    };
    const std::int64_t published = world.published();
    const double rate =
        static_cast<double>(published) / std::chrono::duration<double>(took_).count();
    std::array<std::int64_t, 2> in_time{}, parked{};
    for (std::size_t i = 0; i < kFollowers.size(); ++i) {
      in_time[i] = std::ssize(seen_by(i));
      const auto holds = world.log().holds(std::string(kFollowers[i]), 1'000, EventsWorld::soon());
      parked[i] = std::ranges::count_if(holds, &events::Hold::parked);
    }
    const bool done = finish(world, keeper);
    std::cout << "events: " << published << " published (" << static_cast<std::int64_t>(rate)
              << " a second); " << kills_ << " kills, " << moves_ << " moves, " << switches()
              << " changes of transport (seed " << settings_.seed << ")\n";
    bool right = published > 0;
    for (std::size_t i = 0; i < kFollowers.size(); ++i) {
      Tally::Lane& lane = tally_->counts().lanes[i];
      std::int64_t handled = 0;
      const std::int64_t disordered = disorder(seen_by(i), handled);
      std::cout << "  " << kFollowers[i] << ": " << in_time[i] << " handled meanwhile, " << handled
                << " in the end, " << disordered << " doubled, lost or out of order; "
                << Tally::of(lane.here) << " delivered in process, " << Tally::of(lane.pushed)
                << " pushed, " << parked[i] << " keys were parked\n";
      right = right && disordered == 0 && handled == published;
    }
    if (!done) std::cout << "WRONG: something is left\n";
    if (done && !right) std::cout << "WRONG\n";
    if (!had_enough()) {
      std::cout << "WRONG: too little was killed, moved or changed for this to mean anything\n";
    }
    const bool kept_up = settings_.seconds < kLongRun || rate >= 0.9 * settings_.rate;
    if (!kept_up) {
      std::cout << "WRONG: less than nine tenths of " << settings_.rate
                << " a second were published\n";
    }
    return done && right && had_enough() && kept_up ? 0 : 1;
  }

  /// False: something is still to be sent after a minute.
  static bool finish(EventsWorld& world, const Keeper& keeper) {
    const auto to_lighthouse = events::make_in_process_transport(world.receiver());
    const auto to_keeper = events::make_in_process_transport(keeper.receiver());
    events::Relay relay(world.log(), "the last one", EventsWorld::environment(),
                        EventsWorld::quick(), {});
    relay.add_lane("lighthouse", events::Start::Beginning, {to_lighthouse.get()});
    relay.add_lane("keeper", events::Start::Beginning, {to_keeper.get()});
    const Clock::time_point until = Clock::now() + 60s;
    while (Clock::now() < until) {
      for (const std::string_view lane : kFollowers) {
        world.log().replay(std::string(lane), "", {"torture", "the end"}, EventsWorld::soon());
      }
      relay.pump();
      const auto lanes = world.log().lanes(EventsWorld::soon());
      const bool done = std::ranges::all_of(
          lanes, [](const events::LaneReport& lane) { return lane.unsent == 0 && lane.held == 0; });
      if (done && lanes.size() == kFollowers.size()) return true;
    }
    return false;
  }

  /// How many were not the next one of their key.
  static std::int64_t disorder(const std::vector<Seen>& seen, std::int64_t& handled) {
    std::map<std::string, std::int64_t> last;
    std::int64_t disordered = 0;
    for (const Seen& each : seen) disordered += each.ordinal == ++last[each.lamp] ? 0 : 1;
    handled = std::ssize(seen);
    return disordered;
  }

  Settings settings_;
  std::mt19937 random_;
  TemporaryFolder folder_{banyan::test::memory_folder()};
  std::optional<Tally> tally_;
  std::array<std::array<std::uint16_t, 2>, 2> ports_{};  ///< by worker, by follower
  Clock::duration took_{};
  int kills_ = 0;
  int moves_ = 0;
};

int main_of(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--seconds") settings.seconds = std::stoi(value);
    if (name == "--seed") settings.seed = static_cast<unsigned>(std::stoul(value));
    if (name == "--rate") settings.rate = std::max(1, std::stoi(value));
    if (name == "--began") settings.began = std::stoll(value);
    const auto port = [&] { return static_cast<std::uint16_t>(std::stoi(value)); };
    if (name == "--port") settings.ports[0] = port();
    if (name == "--second-port") settings.ports[1] = port();
    if (name == "--peer") settings.peers[0] = port();
    if (name == "--second-peer") settings.peers[1] = port();
    if (name == "--role") settings.role = value;
    if (name == "--file") settings.file = value;
  }
  if (settings.role == "work") return work(settings);
  if (settings.role == "move") return move(settings);
  return Torture(settings).run();
}

}  // namespace
}  // namespace banyan::test

int main(int argc, char** argv) {
  try {
    return banyan::test::main_of(argc, argv);
  } catch (const std::exception& fault) {
    std::cerr << "events_torture: " << fault.what() << '\n';
    return 2;
  }
}

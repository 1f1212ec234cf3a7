// SPDX-License-Identifier: Apache-2.0
// Two processes publish and relay events on one SQLite file, and are killed again and again. Each
// pushes to the other over a socket, signed, or handles by itself: the lane changes its transport.
// Handlers refuse, some for ever; the tables of both modules move to files of their own and back.
// At the end each key must have been handled from 1 to its last event, in order, each once.
//
//   events_torture [--seconds N] [--seed N] [--rate EVENTS-A-SECOND]

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "banyan/binding/http_transport.hpp"
#include "banyan/events/http_push.hpp"
#include "banyan/mover/move.hpp"
#include "banyan/test/temporary_database.hpp"
#include "support/child_process.hpp"
#include "unit/events/events_world.hpp"
#include "unit/events/pushed_to.hpp"

namespace banyan::test {
namespace {

using namespace std::chrono_literals;

struct Settings {
  int seconds = 4;
  unsigned seed = 1;
  int rate = 600;  ///< events a second of both
  std::uint16_t port = 0, peer = 0;
  std::string role;  ///< "": the one that kills the others
  std::filesystem::path file;
};

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

/// Publishes and relays until it is killed.
int work(const Settings& settings) {
  EventsWorld world(settings.file);
  const PushedTo subscriber(world.receiver(), {.keys = keys()}, settings.port);
  const auto way =
      binding::make_http_transport({"127.0.0.1", settings.peer}, "lighthouse", {}, system_clock());
  std::atomic<std::uint32_t> dice{settings.seed};
  world.set_mood([&](const lamps::LampLit& event, const EventContext&) {
    return moody(event, dice.fetch_add(2654435761U) >> 8U);
  });
  const auto here = events::make_in_process_transport(world.receiver());
  const auto push =
      events::make_http_push(*way, {.application = "shore", .module = "lighthouse", .keys = keys()},
                             EventsWorld::environment());
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
  relay.add_lane("lighthouse", events::Start::Beginning, {push.get(), here.get()});
  world.publisher().on_published(relay.bell());
  relay.start();
  std::mt19937 random(settings.seed);
  const auto began = std::chrono::steady_clock::now();
  std::int64_t published = 0;
  for (int round = 0;; ++round) {
    std::vector<std::string> lamps;
    for (auto i = random() % 3 + 1; i > 0; --i) lamps.push_back(key_of(random));
    published += std::ssize(lamps);
    try {
      world.light(lamps);
      if (round % 100 == 99)
        relay.switch_to("lighthouse", random() % 2 == 0 ? "http" : "in_process");
    } catch (const OperationalFault&) {  // the tables move, or the disk is busy
    }
    // Half of what both publish.
    std::this_thread::sleep_until(began + published * 2 * 1'000'000us / settings.rate);
  }
}

/// Moves one module's tables out or back; may be killed, too.
int move(const Settings& settings) {
  const bool lamps = settings.seed % 2 == 0;
  mover::MoveRequest request{.shared = settings.file, .module = lamps ? "lamps" : "lighthouse"};
  request.ownership.modules = {{"lamps", {"lamp_lines"}}, {"lighthouse", {"seen_lines"}}};
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
      const EventsWorld make(settings_.file);
    }
    std::vector<ChildProcess> workers;
    for (std::size_t i = 0; i < 2; ++i) ports_[i] = free_port();
    for (std::size_t i = 0; i < 2; ++i) workers.push_back(start_worker(i));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(settings_.seconds);
    while (std::chrono::steady_clock::now() < until) {
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
    return start("work",
                 {"--rate", std::to_string(settings_.rate), "--port", std::to_string(ports_[which]),
                  "--peer", std::to_string(ports_[1 - which])});
  }

  // A last process, in which nobody refuses anything, finishes what the others have left.
  int judge() {
    (void)mover::recover(settings_.file,
                         {.modules = {{"lamps", {"lamp_lines"}}, {"lighthouse", {"seen_lines"}}}});
    EventsWorld world(settings_.file);
    const auto context = [] { return EventsWorld::soon(); };
    const std::int64_t in_time = static_cast<std::int64_t>(world.seen().size());
    std::int64_t parked = 0;
    for (const auto& hold : world.log().holds("lighthouse", 1'000, context())) {
      parked += hold.parked ? 1 : 0;
    }
    const auto relay = world.relay("the last one");
    const auto until = std::chrono::steady_clock::now() + 60s;
    bool done = false;
    while (!done && std::chrono::steady_clock::now() < until) {
      world.log().replay("lighthouse", "", {"torture", "the end"}, context());
      relay->pump();
      const events::LaneReport lane = world.log().lanes(context()).at(0);
      done = lane.unsent == 0 && lane.held == 0;
    }
    std::map<std::string, std::int64_t> last;
    std::int64_t disordered = 0;
    std::int64_t handled = 0;
    for (const Seen& each : world.seen()) {
      ++handled;
      disordered += each.ordinal == ++last[each.lamp] ? 0 : 1;
    }
    const std::int64_t published = world.published();
    std::cout << "events: " << published << " published (" << published / settings_.seconds
              << " a second), " << in_time << " of them handled meanwhile, " << handled
              << " in the end, " << disordered << " doubled, lost or out of order; " << kills_
              << " kills, " << moves_ << " moves, " << parked << " keys were parked (seed "
              << settings_.seed << ")\n";
    const bool right = done && disordered == 0 && handled == published && published > 0;
    if (!right) std::cout << (done ? "WRONG\n" : "WRONG: something is left\n");
    return right ? 0 : 1;
  }

  Settings settings_;
  std::mt19937 random_;
  TemporaryFolder folder_{banyan::test::memory_folder()};
  std::array<std::uint16_t, 2> ports_{};
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
    if (name == "--port") settings.port = static_cast<std::uint16_t>(std::stoi(value));
    if (name == "--peer") settings.peer = static_cast<std::uint16_t>(std::stoi(value));
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

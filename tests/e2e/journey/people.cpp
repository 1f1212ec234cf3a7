// SPDX-License-Identifier: Apache-2.0
#include "people.hpp"

#include <fmt/core.h>

#include <functional>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/routing.hpp"

namespace journey {
namespace {

using std::chrono::steady_clock;

/// As many requests at once at the most, however slow the shop is.
constexpr std::size_t kConnections = 16;
/// In which an order that was on its way has to be through.
constexpr std::chrono::seconds kOraclesPatience{60};

recordshop::load::LoadOptions options_for(double rate) {
  return {.sessions_per_second = rate,
          .duration = std::chrono::hours(24 * 365),  // until they are told
          .think_time = std::chrono::milliseconds(100),
          // Who has waited for so long goes away: else they would be a crowd when a module is back.
          .patience = std::chrono::seconds(15),
          .connections = kConnections,
          .customers = 400,  // so many that a share of them says something
          .run = fmt::format("journey-{:x}", banyan::system_clock().now().micros)};
}

/// Says what the oracle waits for, now and then.
std::function<void(const std::string&)> told_by(Narrator& narrator) {
  return [&narrator, last = steady_clock::now()](const std::string& what) mutable {
    if (steady_clock::now() - last < std::chrono::seconds(2)) return;
    last = steady_clock::now();
    narrator.say(what);
  };
}

}  // namespace

People::People(unsigned short port, double rate, Narrator& narrator)
    : shop_({"127.0.0.1", port}, kConnections),
      oracle_(shop_, kOraclesPatience, told_by(narrator)),
      load_(shop_, options_for(rate), ledger_),
      coming_([this] { load_.run(enough_, [] {}); }) {}

People::~People() { load_.give_up(); }

void People::go_home() {
  enough_ = true;
  coming_.join();
}

People::Asked People::asked(recordshop::load::Kind kind, std::string_view module,
                            int percent) const {
  const auto is_moved = [&](const std::string& customer) {
    return banyan::sticky_bucket(module, customer) < static_cast<unsigned>(percent) * 100;
  };
  return {static_cast<double>(
              load_.asked(kind, [&](const std::string& each) { return !is_moved(each); })),
          static_cast<double>(load_.asked(kind, is_moved))};
}

}  // namespace journey

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "banyan/kernel/event.hpp"

/// A module that publishes, and one that follows it: what the tests of events are about.
namespace lamps {

namespace v1 {
struct LampLit {
  std::string lamp;
  std::int64_t brightness = 0;
  static constexpr banyan::EventInfo event{.name = "lamp_lit", .key = "lamp"};
};
BOOST_DESCRIBE_STRUCT(LampLit, (), (lamp, brightness))
}  // namespace v1

struct LampLit {
  std::string lamp;
  std::int64_t candela = 0;
  static constexpr banyan::EventInfo event{.name = "lamp_lit", .version = 2, .key = "lamp"};

  using Previous = v1::LampLit;
  static LampLit up(const Previous& older) { return {older.lamp, older.brightness * 10}; }
  static Previous down(const LampLit& newer) { return {newer.lamp, newer.candela / 10}; }
};
BOOST_DESCRIBE_STRUCT(LampLit, (), (lamp, candela))

struct LampDusted {
  std::string lamp;
  static constexpr banyan::EventInfo event{.name = "lamp_dusted", .key = "lamp"};
};
BOOST_DESCRIBE_STRUCT(LampDusted, (), (lamp))

using Published = banyan::Events<LampLit, LampDusted>;

}  // namespace lamps

namespace lighthouse {

struct Subscriptions : banyan::Subscriber<lamps::LampLit> {};
/// A build of the module from before version 2.
struct OldSubscriptions : banyan::Subscriber<lamps::v1::LampLit> {};

}  // namespace lighthouse

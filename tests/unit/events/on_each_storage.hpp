// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/events/events_world.hpp"

namespace banyan::events {

inline Error broken(const std::string& what = "it does not work") {
  return {ErrorCode::FailedPrecondition, "lighthouse.broken", what, {}};
}

/// The same promises on every kind of storage.
class EventsTest : public testing::TestWithParam<test::Storage> {
 protected:
  LaneReport lane() { return world_.log().lanes(test::EventsWorld::soon()).at(0); }
  std::vector<Hold> holds() {
    return world_.log().holds("lighthouse", 100, test::EventsWorld::soon());
  }

  test::EventsWorld world_{GetParam()};
};

}  // namespace banyan::events

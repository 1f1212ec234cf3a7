// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "banyan/kernel/clock.hpp"

namespace banyan::test {

/// The machine's clocks, of which somebody has set the time of day.
class SetClock final : public Clock {
 public:
  Timestamp now() const override { return {system_clock().now().micros + off_.count()}; }
  SteadyTime steady() const override { return system_clock().steady(); }
  std::string_view run() const override { return system_clock().run(); }
  void set_by(std::chrono::microseconds by) { off_ = by; }

 private:
  std::chrono::microseconds off_{0};
};

}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "banyan/binding/loopback_transport.hpp"
#include "demo_port.hpp"

namespace {

using Steady = std::chrono::steady_clock;

double nanoseconds_per_call(demo::Demo& port, int calls) {
  const banyan::Context context = banyan::Context::begin(
      std::chrono::seconds(60), banyan::system_clock(), banyan::system_random());
  const demo::GetThing operation{demo::thing_id(1)};
  const auto begin = Steady::now();
  for (int i = 0; i < calls; ++i) {
    if (!port.handle(operation, context)) return -1;
  }
  const std::chrono::duration<double, std::nano> took = Steady::now() - begin;
  return took.count() / calls;
}

TEST(Cost, OfACallIsPrinted) {
  demo::DemoModule module;
  const banyan::binding::OperationTable table(banyan::binding::PortBinding<demo::Demo>::bind(
      module, banyan::no_observer(), banyan::system_clock()));
  banyan::binding::LoopbackTransport transport(table, banyan::system_clock(),
                                               banyan::system_random());
  const auto near =
      banyan::bind_in_process<demo::Demo>(module, banyan::no_observer(), banyan::system_clock());
  const auto far = banyan::binding::PortBinding<demo::Demo>::remote(
      transport, banyan::no_observer(), "rehearsal", banyan::system_clock());

  const double in_process = nanoseconds_per_call(*near, 100'000);
  const double rehearsal = nanoseconds_per_call(*far, 5'000);

  std::printf("one get_thing: %.0f ns in the process, %.1f us in rehearsal\n", in_process,
              rehearsal / 1000);
  EXPECT_GT(in_process, 0);
  EXPECT_GT(rehearsal, 0);
}

}  // namespace

// SPDX-License-Identifier: Apache-2.0
// What a call of a port costs in every binding, and a request through the whole monolith, in one
// run.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "banyan/http/client.hpp"
#include "contract/sample_shop.hpp"
#include "contract/wire_worlds.hpp"
#include "contract/worlds.hpp"
#include "support/child_process.hpp"

namespace {

using namespace banyan;
using Steady = std::chrono::steady_clock;

/// Median and extremes of several rounds, in microseconds a call.
struct Cost {
  double median, least, most;
};

template <class Call>
Cost measure(int calls, Call call) {
  constexpr int kRounds = 7;
  std::vector<double> rounds;
  for (int i = 0; i < calls / 10 + 1; ++i) call();
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Steady::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::micro> took = Steady::now() - begin;
    rounds.push_back(took.count() / calls);
  }
  std::ranges::sort(rounds);
  return {rounds[kRounds / 2], rounds.front(), rounds.back()};
}

void print(std::string_view what, const Cost& cost) {
  fmt::print("  {:<58} {:>10.2f} {:>10.2f} {:>10.2f}\n", what, cost.median, cost.least, cost.most);
}

void measure_port(std::string_view what, const contract::PortUnderTest<catalog::Catalog>& binding,
                  int calls) {
  const auto world = binding.make();
  const catalog::GetTrack request{contract::sample_shop().track(contract::kPlenty)};
  print(what, measure(calls, [&] {
          if (!world->port().handle(request, contract::any_context())) std::abort();
        }));
}

}  // namespace

int main() {
  fmt::print("Time of one call, one caller, catalog.get_track; microseconds\n");
  fmt::print("  {:<58} {:>10} {:>10} {:>10}\n", "", "median", "least", "most");
  print("making a context (in all the lines below)",
        measure(20'000, [] { contract::any_context(); }));
  measure_port("in process, module in memory",
               contract::in_process("memory", contract::catalog_in_memory()), 20'000);
  measure_port("rehearsal, module in memory", contract::rehearsed(contract::catalog_in_memory()),
               3'000);
  measure_port("remote over loopback HTTP, module in memory",
               contract::over_http(contract::catalog_in_memory()), 1'000);
  measure_port("the same by Poco", contract::over_poco(contract::catalog_in_memory()), 1'000);
  measure_port("in process, module on SQLite",
               contract::in_process("sql", contract::catalog_on_sql()), 5'000);
  measure_port("remote, service in a process of its own, on SQLite",
               contract::in_own_process<catalog::Catalog>({{"catalog", {}}}), 1'000);

  contract::ServiceProcesses shop;
  shop.start("catalog", {});
  shop.start("warehouse", {"catalog"});
  const http::Endpoint orders = shop.start("orders", {"catalog", "warehouse"});
  const auto channel = binding::make_http_transport(orders, "orders", {}, system_clock());
  const auto port = binding::PortBinding<orders::Orders>::remote(*channel, no_observer(), "remote",
                                                                 system_clock());
  const auto placed =
      port->handle(orders::PlaceOrder{contract::some_customer(),
                                      {{contract::sample_shop().track(contract::kPlenty), 1}}},
                   contract::keyed("bench"));
  if (!placed) {
    fmt::print(stderr, "cannot place an order: {}\n", placed.error().message);
    return 1;
  }
  http::Client client(shop.start_monolith());
  http::Request request;
  request.head.method = "GET";
  request.head.target = "/orders/" + placed->id.str();
  print("GET /orders/{id} through the monolith, keep-alive", measure(1'000, [&] {
          const auto answer = client.exchange(request, Steady::now() + std::chrono::seconds(5));
          if (!answer || answer->head.status != 200) std::abort();
        }));
  return 0;
}

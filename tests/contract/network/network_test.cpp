// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/client.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/poco_http/calls.hpp"
#include "banyan/poco_http/server.hpp"
#include "contract/network/network_under_test.hpp"

namespace banyan::contract {
namespace {

upstream::Caller::Transport engine_calls(const std::shared_ptr<upstream::Group>& group) {
  return [group, loops = std::make_shared<http::Loops>(1)](
             const http::Endpoint& endpoint, const http::Request& request, SteadyTime deadline,
             http::Repeat repeat) {
    return http::ask(loops->at(0), group->connections(), endpoint, request, deadline, repeat,
                     {.most_bytes = group->options().connections.limits.body_bytes});
  };
}

auto adapters() {
  return testing::Values(
      NetworkUnderTest{"engine", http::make_server, engine_calls},
      NetworkUnderTest{"poco", poco_http::make_server, poco_http::make_transport});
}

INSTANTIATE_TEST_SUITE_P(Adapters, NetworkServerContract, adapters(), print_network);
INSTANTIATE_TEST_SUITE_P(Adapters, NetworkCallContract, adapters(), print_network);

}  // namespace
}  // namespace banyan::contract

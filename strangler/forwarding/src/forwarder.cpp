// SPDX-License-Identifier: Apache-2.0
#include "forwarding/forwarder.hpp"

#include <utility>

#include "relay.hpp"

namespace banyan::strangler {

Forwarder::Forwarder(ForwarderOptions options, Random& random)
    : shared_(std::make_shared<Shared>(std::move(options), random)) {}

void Forwarder::forward(std::shared_ptr<http::Exchange> exchange, ForwardOrder order) {
  std::make_shared<Relay>(shared_, std::move(exchange), std::move(order))->run();
}

http::Upstreams& Forwarder::upstreams() { return shared_->upstreams; }

}  // namespace banyan::strangler

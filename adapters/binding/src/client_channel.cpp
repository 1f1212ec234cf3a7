// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "binding/http_channel.hpp"

namespace banyan::binding {

std::unique_ptr<HttpChannel> make_http_channel(const http::Endpoint& endpoint,
                                               HttpChannelOptions options, const Clock& clock) {
  auto client = std::make_shared<http::Client>(endpoint);
  return std::make_unique<HttpChannel>(
      std::move(options),
      [client](const http::Request& request, SteadyTime deadline, Repeat repeat) {
        return client->exchange(request, deadline, repeat);
      },
      clock);
}

}  // namespace banyan::binding

// SPDX-License-Identifier: Apache-2.0
#include "service_client.hpp"

#include <utility>

#include "assembly.hpp"

namespace banyan::host {

std::unique_ptr<http::Client> client_beside_calls(const http::Endpoint& service,
                                                  std::shared_ptr<http::TlsClient> tls) {
  return std::make_unique<http::Client>(
      service, http::ClientOptions{
                   .max_idle = 1, .connect_timeout = kServicePatience, .tls = std::move(tls)});
}

std::unique_ptr<http::Client> client_beside_calls(const HostedModule& module) {
  return client_beside_calls(*module.service, module.transport->group().options().connections.tls);
}

std::expected<http::Response, http::ClientFailure> ask_beside_calls(http::Client& service,
                                                                    const http::Request& question,
                                                                    const Clock& clock) {
  return service.exchange(question, clock.steady() + kServicePatience, http::Repeat::Safe);
}

}  // namespace banyan::host

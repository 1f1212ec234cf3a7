// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "banyan/binding/rpc_transport.hpp"
#include "banyan/upstream/caller.hpp"

namespace banyan::binding {

struct HttpTransportOptions {
  std::chrono::milliseconds timeout{2'000};  ///< of one attempt; the deadline may be sooner
};

/// Calls a service over the network: an upstream::Caller, which knows its instances, and has a
/// breaker and retries where they cannot do harm; and the kit's context and errors around it.
class HttpTransport final : public RpcTransport {
 public:
  /// `clock` must outlive the transport. The group may be shared with what is forwarded to it, and
  /// the loops with other transports.
  HttpTransport(std::shared_ptr<upstream::Group> group, std::shared_ptr<http::Loops> loops,
                HttpTransportOptions options, const Clock& clock);
  /// With another network, for tests.
  HttpTransport(std::shared_ptr<upstream::Group> group, upstream::Caller::Transport transport,
                HttpTransportOptions options, const Clock& clock);

  Result<http::Response> exchange(http::Request request, const Context& context,
                                  Repeat repeat) override;

  /// Whom it calls, for metrics and health.
  upstream::Group& group() const noexcept { return *caller_.group(); }
  /// For whoever asks the same service in another way.
  const std::shared_ptr<upstream::Group>& shared_group() const noexcept { return caller_.group(); }
  const std::string& dependency() const noexcept { return group().name(); }

 private:
  const HttpTransportOptions options_;
  const Clock* clock_;
  const upstream::Caller caller_;
};

/// A dependency as ports have it when nothing else is said: with a breaker.
upstream::GroupOptions dependency_on(std::string name, std::vector<http::Endpoint> instances);

/// A transport with a group and a loop of its own, to one endpoint.
std::unique_ptr<HttpTransport> make_http_transport(const http::Endpoint& endpoint,
                                                   std::string dependency,
                                                   HttpTransportOptions options,
                                                   const Clock& clock);

}  // namespace banyan::binding

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "binding/breaker.hpp"
#include "binding/channel.hpp"
#include "http/client.hpp"

namespace banyan::binding {

struct HttpChannelOptions {
  std::string dependency;                    ///< whom we call, for messages: "catalog"
  std::chrono::milliseconds timeout{2'000};  ///< of one attempt; the deadline may be sooner
  BreakerOptions breaker{};
  double retry_ratio = 0.1;   ///< retries earned per call: at most a tenth on top
  double retry_reserve = 10;  ///< retries that may be saved up
};

/// Calls a service over the network, with what a network needs: a time-out, a circuit breaker,
/// and one retry where it cannot do harm. A request that certainly was not sent may always be
/// sent again; one whose outcome is unknown only when the operation is safe to repeat. Retries
/// stay within the deadline and within a budget, so that they cannot become a storm.
class HttpChannel final : public Channel {
 public:
  using Transport = std::function<std::expected<http::Response, http::ClientFailure>(
      const http::Request&, SteadyTime deadline, Repeat repeat)>;

  /// `clock` must outlive the channel. `transport` is called from several threads at once.
  HttpChannel(HttpChannelOptions options, Transport transport, const Clock& clock = system_clock());

  Result<http::Response> exchange(http::Request request, const Context& context,
                                  Repeat repeat) override;

  /// For metrics and health.
  CircuitBreaker::Report breaker() const { return breaker_.report(); }
  const std::string& dependency() const { return options_.dependency; }

 private:
  struct Attempt;
  Attempt attempt(http::Request& request, const Context& context, Repeat repeat);
  Error error_of(const http::ClientFailure& failure, const Context& context) const;
  void earn_retry();
  bool take_retry();

  const HttpChannelOptions options_;
  const Transport transport_;
  const Clock* clock_;
  CircuitBreaker breaker_;
  std::mutex budget_mutex_;
  double retries_;
};

/// A channel with an http::Client of its own to that endpoint.
std::unique_ptr<HttpChannel> make_http_channel(const http::Endpoint& endpoint,
                                               HttpChannelOptions options,
                                               const Clock& clock = system_clock());

}  // namespace banyan::binding

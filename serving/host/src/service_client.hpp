// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <expected>
#include <memory>

#include "banyan/http/client.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/tls.hpp"
#include "banyan/kernel/clock.hpp"

/// How this process asks services something beside the calls that it makes there. Whether one
/// answers here says nothing about how it answers calls, so that this goes over connections of its
/// own, and no breaker hears of it.
namespace banyan::host {

struct HostedModule;

/// How long one is waited for, connecting included. Those who ask do so every second or so, one
/// service after the other.
inline constexpr std::chrono::milliseconds kServicePatience{500};

/// `tls`: as it is called; null: plain HTTP.
std::unique_ptr<http::Client> client_beside_calls(const http::Endpoint& service,
                                                  std::shared_ptr<http::TlsClient> tls);
/// Of a module that has a service, as that is called.
std::unique_ptr<http::Client> client_beside_calls(const HostedModule& module);

/// What it answers within kServicePatience, by that clock. Only for what may be asked twice.
std::expected<http::Response, http::ClientFailure> ask_beside_calls(http::Client& service,
                                                                    const http::Request& question,
                                                                    const Clock& clock);

}  // namespace banyan::host

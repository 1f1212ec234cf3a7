// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <optional>

#include "banyan/http/endpoint.hpp"

namespace banyan::poco_http {

/// An IP address and its port; "localhost" is 127.0.0.1. Nothing for a name, whose look-up by Poco
/// knows no deadline, and for a Unix socket.
std::optional<Poco::Net::SocketAddress> numeric_address(const http::Endpoint& endpoint);

http::Endpoint endpoint_of(const Poco::Net::SocketAddress& address);

}  // namespace banyan::poco_http

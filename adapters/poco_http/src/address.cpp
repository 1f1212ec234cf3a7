// SPDX-License-Identifier: Apache-2.0
#include "address.hpp"

#include <Poco/Net/IPAddress.h>

namespace banyan::poco_http {

std::optional<Poco::Net::SocketAddress> numeric_address(const http::Endpoint& endpoint) {
  Poco::Net::IPAddress address;
  const std::string& host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
  if (!Poco::Net::IPAddress::tryParse(host, address)) return std::nullopt;
  return Poco::Net::SocketAddress(address, endpoint.port);
}

http::Endpoint endpoint_of(const Poco::Net::SocketAddress& address) {
  return {address.host().toString(), address.port()};
}

}  // namespace banyan::poco_http

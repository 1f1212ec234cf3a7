// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

#include "socket_address.hpp"

namespace banyan::http {

/// How many connections each client has. A client is an address of IPv4, or the first half of one
/// of IPv6, for whoever has an address there has 2⁶⁴ of them; whoever comes by a Unix socket is
/// nobody in particular and is not counted. Touched when connections come and go, not by requests.
/// Safe for concurrent use.
class ClientCounts {
 public:
  /// 0: no limit, and nothing is counted.
  explicit ClientCounts(std::size_t most) : most_(most) {}

  /// Who a client is, as it is counted.
  using Key = std::array<unsigned char, 8>;
  /// Nothing: it is not.
  static std::optional<Key> key_of(const SocketAddress& client);

  /// False when the client has as many as it may; else leave() once.
  bool enter(const Key& client);
  void leave(const Key& client);

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::map<Key, std::size_t> counts_;
};

}  // namespace banyan::http

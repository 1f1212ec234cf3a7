// SPDX-License-Identifier: Apache-2.0
#include "client_counts.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace banyan::http {

std::optional<ClientCounts::Key> ClientCounts::key_of(const SocketAddress& client) {
  // No address of IPv6 in use begins with as many zeros as those of IPv4 do here.
  Key key{};
  if (client.family() == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, client.data(), sizeof v4);
    std::memcpy(key.data() + 4, &v4.sin_addr, sizeof v4.sin_addr);
    return key;
  }
  if (client.family() != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, client.data(), sizeof v6);
  const std::span bytes(v6.sin6_addr.s6_addr);
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::ranges::equal(kMapped, bytes.first(kMapped.size()))) {
    std::ranges::copy(bytes.last(4), key.begin() + 4);
  } else {
    std::ranges::copy(bytes.first(key.size()), key.begin());
  }
  return key;
}

bool ClientCounts::enter(const Key& client) {
  if (most_ == 0) return true;
  const std::lock_guard lock(mutex_);
  std::size_t& count = counts_[client];
  if (count >= most_) return false;
  ++count;
  return true;
}

void ClientCounts::leave(const Key& client) {
  if (most_ == 0) return;
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(client);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace banyan::http

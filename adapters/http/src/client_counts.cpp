// SPDX-License-Identifier: Apache-2.0
#include "client_counts.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <span>

namespace banyan::http {

std::optional<ClientCounts::Key> ClientCounts::key_of(const std::string& host) {
  // No address of IPv6 in use begins with as many zeros as those of IPv4 do here.
  Key key{};
  if (::inet_pton(AF_INET, host.c_str(), key.data() + 4) == 1) return key;
  std::array<unsigned char, sizeof(in6_addr)> v6{};
  if (::inet_pton(AF_INET6, host.c_str(), v6.data()) != 1) return std::nullopt;
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::ranges::equal(kMapped, std::span(v6).first(kMapped.size()))) {
    std::ranges::copy(std::span(v6).last(4), key.begin() + 4);
  } else {
    std::ranges::copy(std::span(v6).first(key.size()), key.begin());
  }
  return key;
}

bool ClientCounts::enter(const Endpoint& client) {
  if (most_ == 0) return true;
  const auto key = key_of(client.host);
  if (!key) return true;
  const std::lock_guard lock(mutex_);
  std::size_t& count = counts_[*key];
  if (count >= most_) return false;
  ++count;
  return true;
}

void ClientCounts::leave(const Endpoint& client) {
  if (most_ == 0) return;
  const auto key = key_of(client.host);
  if (!key) return;
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(*key);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace banyan::http

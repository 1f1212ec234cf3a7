// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstring>
#include <optional>

#include "banyan/http/endpoint.hpp"
#include "banyan/posix/descriptor.hpp"

namespace banyan::http {

/// An address as the kernel takes it: IPv4, IPv6 or the path of a Unix socket.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const void* bytes, socklen_t size);

  /// Of an endpoint that is an address or a path; nothing if it is a name.
  static std::optional<SocketAddress> of(const Endpoint& endpoint);
  /// Where the socket is bound.
  static SocketAddress bound_to(int socket);

  Endpoint endpoint() const;
  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&bytes_); }
  socklen_t size() const noexcept { return size_; }
  int family() const noexcept { return bytes_.ss_family; }
  friend bool operator==(const SocketAddress& one, const SocketAddress& other) noexcept {
    return one.size_ == other.size_ && std::memcmp(&one.bytes_, &other.bytes_, one.size_) == 0;
  }

  /// A stream socket for such an address, non-blocking and not inherited. Throws std::system_error.
  posix::Descriptor make_socket() const;

 private:
  sockaddr_storage bytes_{};
  socklen_t size_ = 0;
};

/// Sends small pieces at once. Does nothing for a Unix socket.
void disable_nagle(int socket);

/// Does this error of socket(2) say that this process, or its machine, has none left?
bool is_want_of_sockets(int error);

}  // namespace banyan::http

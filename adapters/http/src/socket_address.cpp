// SPDX-License-Identifier: Apache-2.0
#include "socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string>
#include <system_error>

namespace banyan::http {
namespace {

/// What inet_ntop(3) does by way of printf, which new connections need not wait for.
std::string dotted(const in_addr& address) {
  std::array<unsigned char, sizeof address> bytes{};
  std::memcpy(bytes.data(), &address, sizeof address);
  std::array<char, INET_ADDRSTRLEN> text{};
  char* at = text.data();
  for (const unsigned byte : bytes) {
    if (at != text.data()) *at++ = '.';
    at = std::to_chars(at, text.data() + text.size(), byte).ptr;
  }
  return {text.data(), at};
}

}  // namespace

SocketAddress::SocketAddress(const void* bytes, socklen_t size)
    : size_(std::min(size, static_cast<socklen_t>(sizeof bytes_))) {
  std::memcpy(&bytes_, bytes, size_);
}

std::optional<SocketAddress> SocketAddress::of(const Endpoint& endpoint) {
  if (is_unix(endpoint)) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    const std::string path = unix_path(endpoint);
    if (path.empty() || path.size() >= sizeof local.sun_path) return std::nullopt;
    path.copy(&local.sun_path[0], path.size());
    return SocketAddress(&local, sizeof local);
  }
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    return SocketAddress(&v4, sizeof v4);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, endpoint.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    return SocketAddress(&v6, sizeof v6);
  }
  return std::nullopt;
}

SocketAddress SocketAddress::bound_to(int socket) {
  SocketAddress address;
  address.size_ = sizeof address.bytes_;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address.bytes_), &address.size_) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot read a socket's address");
  }
  return address;
}

Endpoint SocketAddress::endpoint() const {
  if (family() == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &bytes_, sizeof v4);
    return {dotted(v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (family() == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &bytes_, sizeof v6);
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return {text.data(), ntohs(v6.sin6_port)};
  }
  sockaddr_un local{};
  std::memcpy(&local, &bytes_, std::min<std::size_t>(size_, sizeof local));
  const bool named = size_ > offsetof(sockaddr_un, sun_path) && local.sun_path[0] != '\0';
  return {std::string(kUnixPrefix) + (named ? &local.sun_path[0] : ""), 0};
}

posix::Descriptor SocketAddress::make_socket() const {
  posix::Descriptor made(::socket(family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made.valid())
    throw std::system_error(errno, std::generic_category(), "cannot make a socket");
  return made;
}

bool is_want_of_sockets(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

void disable_nagle(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace banyan::http

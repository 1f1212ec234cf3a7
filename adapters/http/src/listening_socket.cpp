// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/listening_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "socket_address.hpp"

namespace banyan::http {
namespace {

bool has(int socket, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

}  // namespace

std::optional<ListeningSocket> ListeningSocket::adopt(posix::Descriptor socket) {
  const int number = socket.number();
  if (!has(number, SO_TYPE, SOCK_STREAM) || !has(number, SO_ACCEPTCONN, 1)) return std::nullopt;
  // The loops wait for nothing but their sockets.
  const int flags = ::fcntl(number, F_GETFL);
  if (flags < 0 || ::fcntl(number, F_SETFL, flags | O_NONBLOCK) != 0) return std::nullopt;
  return ListeningSocket{SocketAddress::bound_to(number).endpoint(), std::move(socket)};
}

// What the system refuses besides is for whoever listens there to tell.
bool is_free(const Endpoint& endpoint) try {
  const auto where = SocketAddress::of(endpoint);
  if (!where) return true;
  const posix::Descriptor probe = where->make_socket();
  if (where->family() == AF_UNIX) {
    // EAGAIN: so many wait there that there is no room for another one.
    return ::connect(probe.number(), where->data(), where->size()) != 0 && errno != EAGAIN;
  }
  if (endpoint.port == 0) return true;
  const int on = 1;
  // What connections of a server before have left behind is nobody who listens.
  ::setsockopt(probe.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where->family() == AF_INET6) {
    ::setsockopt(probe.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  return ::bind(probe.number(), where->data(), where->size()) == 0 || errno != EADDRINUSE;
} catch (const std::system_error&) {
  return true;
}

std::optional<Endpoint> as_bound(const Endpoint& endpoint) {
  const auto address = SocketAddress::of(endpoint);
  return address ? std::optional(address->endpoint()) : std::nullopt;
}

}  // namespace banyan::http

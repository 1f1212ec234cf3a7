// SPDX-License-Identifier: Apache-2.0
#include "support/deaf_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <list>
#include <mutex>
#include <system_error>

namespace banyan::test {

// Bound, without SO_REUSEADDR, and never listening: the system refuses connections to it.
DeafPort::DeafPort() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const int error = errno;
    ::close(descriptor_);
    throw std::system_error(error, std::generic_category(), "cannot take a port");
  }
  number_ = ntohs(address.sin_port);
}

DeafPort::~DeafPort() { ::close(descriptor_); }

std::uint16_t deaf_port() {
  static std::mutex mutex;
  static std::list<DeafPort> taken;
  const std::lock_guard lock(mutex);
  return taken.emplace_back().number();
}

}  // namespace banyan::test

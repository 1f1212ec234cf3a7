// SPDX-License-Identifier: Apache-2.0
#include "support/deaf_port.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

namespace banyan::test {
namespace {

using Call = int (*)(int, const sockaddr*, socklen_t);

/// What calling it with a new socket and the port comes to: 0 or errno's number.
int outcome(Call call, std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int done = call(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = done == 0 ? 0 : errno;
  ::close(descriptor);
  return error;
}

TEST(ADeafPort, RefusesEachConnection) {
  const std::uint16_t port = deaf_port();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(&::connect, port), ECONNREFUSED);
}

TEST(ADeafPort, IsNobodyElses) {
  EXPECT_EQ(outcome(&::bind, deaf_port()), EADDRINUSE) << "as servers bind: with SO_REUSEADDR";
  EXPECT_NE(deaf_port(), deaf_port());
}

TEST(ADeafPort, IsFreeWhenItIsGivenUp) {
  std::optional<DeafPort> port(std::in_place);
  const std::uint16_t number = port->number();
  port.reset();
  EXPECT_EQ(outcome(&::bind, number), 0);
}

}  // namespace
}  // namespace banyan::test

// SPDX-License-Identifier: Apache-2.0
#include "support/free_port.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

namespace banyan::test {
namespace {

// Above those of services, below /proc/sys/net/ipv4/ip_local_port_range.
constexpr unsigned short kFirst = 10'000;
constexpr unsigned short kLast = 32'000;

bool listens_nobody(unsigned short port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

/// The lock goes with this process: its descriptor is never closed, and no child inherits it.
bool is_mine(const std::filesystem::path& file) {
  const int held = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (held < 0) return false;
  if (::flock(held, LOCK_EX | LOCK_NB) == 0) return true;
  ::close(held);
  return false;
}

}  // namespace

unsigned short free_port() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("banyan-test-ports-" + std::to_string(::geteuid()));
  std::filesystem::create_directories(folder);
  std::random_device any;
  std::uniform_int_distribution<unsigned> ports(kFirst, kLast);
  for (int i = 0; i < 1000; ++i) {
    const auto port = static_cast<unsigned short>(ports(any));
    if (is_mine(folder / std::to_string(port)) && listens_nobody(port)) return port;
  }
  throw std::runtime_error("no free port between " + std::to_string(kFirst) + " and " +
                           std::to_string(kLast) + ": see " + folder.string());
}

}  // namespace banyan::test

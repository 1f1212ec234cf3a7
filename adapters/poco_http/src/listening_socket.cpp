// SPDX-License-Identifier: Apache-2.0
#include "listening_socket.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "address.hpp"
#include "deadline_socket.hpp"

namespace banyan::poco_http {
namespace {

constexpr int kBacklog = 512;

[[noreturn]] void cannot_listen(const http::Endpoint& endpoint, const std::string& why) {
  throw std::runtime_error("cannot listen on " + to_string(endpoint) + ": " + why);
}

class Impl final : public Poco::Net::ServerSocketImpl {
 public:
  explicit Impl(std::chrono::milliseconds head_time) : head_time_(head_time) {}
  Impl(int listening, std::chrono::milliseconds head_time) : head_time_(head_time) {
    reset(listening);
  }

  Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& client) override {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    const int connection = ::accept4(sockfd(), where, &size, SOCK_CLOEXEC);
    if (connection < 0) error();
    client = Poco::Net::SocketAddress(where, size);
    return new ServedSocket(connection, head_time_);
  }

  /// HTTPServer waits for connections by this.
  bool poll(const Poco::Timespan& timeout, int mode) override {
    if (!pausing) return ServerSocketImpl::poll(timeout, mode);
    has_paused = true;
    std::this_thread::sleep_for(kLook);
    return false;
  }

  std::atomic<bool> pausing = false;
  std::atomic<bool> has_paused = false;

 private:
  static constexpr std::chrono::milliseconds kLook{1};

  const std::chrono::milliseconds head_time_;
};

int duplicate_of(int socket) {
  const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw std::system_error(errno, std::generic_category(), "cannot pass a socket on");
  return copy;
}

}  // namespace

ListeningSocket::ListeningSocket(const http::Endpoint& endpoint,
                                 std::chrono::milliseconds head_time)
    : ServerSocket(new Impl(head_time), true) {
  const auto address = numeric_address(endpoint);
  if (!address || !address->host().isLoopback()) {
    cannot_listen(endpoint,
                  "this program speaks HTTP by Poco, whose parser must not meet the clients of an "
                  "edge. Give a loopback address and let a proxy of this machine stand before it, "
                  "or build it without BANYAN_NETWORK=poco");
  }
  try {
    // A second server must not share the port.
    bind(*address, true, false);
    listen(kBacklog);
  } catch (const Poco::Exception& refused) {
    cannot_listen(endpoint, refused.displayText() +
                                ". Is something else listening there? Choose another address, or"
                                " stop it");
  }
}

ListeningSocket::ListeningSocket(const http::ListeningSocket& inherited,
                                 std::chrono::milliseconds head_time)
    : ServerSocket(new Impl(duplicate_of(inherited.socket.number()), head_time), true) {}

http::ListeningSocket ListeningSocket::duplicate() const {
  return {endpoint_of(address()), posix::Descriptor(duplicate_of(impl()->sockfd()))};
}

void ListeningSocket::pause() { static_cast<Impl*>(impl())->pausing = true; }

bool ListeningSocket::paused() const { return static_cast<const Impl*>(impl())->has_paused; }

}  // namespace banyan::poco_http

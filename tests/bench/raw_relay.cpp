// SPDX-License-Identifier: Apache-2.0
// The floor: what any proxy on this kernel pays. Moves bytes, understands none of them.
//   raw_relay PORT UPSTREAM_PORT [--each-closes]
// One thread, edge-triggered epoll, and for one request recv, send, recv, send. Every client has an
// upstream connection of its own. With --each-closes a client is good for one exchange, of which
// each direction fits one recv(), and upstream connections go on to the next client, as they do in
// the proxies that this is the floor of. Ends with SIGTERM, or when its standard input does.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct Side {
  int fd = -1;
  bool is_client = false;
  Side* peer = nullptr;
  std::string unsent{};  ///< what this side could not take yet; its peer is not read meanwhile
  bool last = false;     ///< nothing follows what is unsent
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// In place: `with` is no longer than `from`.
void overwrite(char* data, std::size_t size, std::string_view from, std::string_view with) {
  const std::size_t found = std::string_view(data, size).find(from);
  if (found != std::string_view::npos) with.copy(data + found, with.size());
}

class Relay {
 public:
  Relay(std::uint16_t port, std::uint16_t upstream_port, bool each_closes)
      : upstream_(loopback(upstream_port)), each_closes_(each_closes) {
    if (epoll_ < 0) give_up("raw_relay: epoll_create1");
    const int on = 1;
    setsockopt(listener_.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = loopback(port);
    if (bind(listener_.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_.fd, SOMAXCONN) != 0) {
      give_up("raw_relay: cannot listen");
    }
    watch(listener_, EPOLLIN);
    watch(input_, EPOLLIN);  // refused for /dev/null, which has no end to wait for
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) give_up("raw_relay: epoll_wait");
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        auto& side = *static_cast<Side*>(event.data.ptr);
        if (&side == &input_) return;
        if (&side == &listener_) {
          accept_all();
          continue;
        }
        if ((event.events & EPOLLOUT) != 0) flush(side);
        constexpr std::uint32_t kEnding = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
        if ((event.events & (EPOLLIN | kEnding)) != 0) read(side, (event.events & kEnding) != 0);
      }
      closed_.clear();  // only now: a later event of the batch may have named them
    }
  }

 private:
  void watch(Side& side, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &side;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, side.fd, &event);
  }

  void accept_all() {
    while (true) {
      const int fd = accept4(listener_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      no_delay(fd);
      auto* client = new Side{fd, true};  // close_side() deletes it
      client->peer = take_upstream();
      client->peer->peer = client;
      watch(*client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  Side* take_upstream() {
    if (!idle_.empty()) {
      Side* side = idle_.back();
      idle_.pop_back();
      return side;
    }
    auto* side = new Side{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (side->fd < 0) give_up("raw_relay: socket");
    no_delay(side->fd);
    // Until it is connected it takes nothing, and that is what `unsent` is for.
    connect(side->fd, reinterpret_cast<const sockaddr*>(&upstream_), sizeof upstream_);
    watch(*side, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    return side;
  }

  void read(Side& from, bool to_the_end) {
    while (from.fd >= 0) {
      if (from.peer != nullptr && !from.peer->unsent.empty()) return;  // flush() comes back here
      const ssize_t count = recv(from.fd, buffer_.data(), buffer_.size(), 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (count <= 0 || from.peer == nullptr) return end(from);
      const auto size = static_cast<std::size_t>(count);
      if (each_closes_) make_one_exchange(from, size);
      pass(*from.peer, {buffer_.data(), size});
      // A short read has emptied the socket: what comes later comes with an event of its own.
      if (size < buffer_.size() && !to_the_end) return;
    }
  }

  /// The upstream is not to close, the client is to expect it.
  void make_one_exchange(Side& from, std::size_t size) {
    if (from.is_client) {
      overwrite(buffer_.data(), size, "Connection: close", "X");
    } else {
      overwrite(buffer_.data(), size, "Connection: keep-alive", "Connection: close     ");
      from.peer->last = true;
    }
  }

  void pass(Side& to, std::string_view bytes) {
    const ssize_t count = send(to.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN) return end(to);
    to.unsent.assign(bytes.substr(count < 0 ? 0 : static_cast<std::size_t>(count)));
    if (!to.unsent.empty() || !to.last) return;
    if (each_closes_ && to.is_client && to.peer != nullptr) {
      idle_.push_back(to.peer);
      to.peer->peer = nullptr;
      to.peer = nullptr;
    }
    close_side(to);
  }

  void flush(Side& side) {
    if (side.fd < 0 || side.unsent.empty()) return;
    const std::string bytes = std::exchange(side.unsent, {});
    pass(side, bytes);
    if (side.fd >= 0 && side.unsent.empty() && side.peer != nullptr) read(*side.peer, true);
  }

  /// One side is at its end; the other may first take what it is owed.
  void end(Side& side) {
    Side* peer = side.peer;
    close_side(side);
    if (peer == nullptr) return;
    peer->last = true;
    if (peer->unsent.empty()) close_side(*peer);
  }

  void close_side(Side& side) {
    if (side.fd < 0) return;
    close(side.fd);
    side.fd = -1;
    if (side.peer != nullptr) side.peer->peer = nullptr;
    side.peer = nullptr;
    std::erase(idle_, &side);
    closed_.emplace_back(&side);
  }

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  Side listener_{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  Side input_{STDIN_FILENO};
  sockaddr_in upstream_;
  bool each_closes_;
  std::vector<Side*> idle_;
  std::vector<std::unique_ptr<Side>> closed_;
  std::array<char, 128 * 1024> buffer_{};
};

std::uint16_t port_of(const char* text) { return static_cast<std::uint16_t>(std::atoi(text)); }

}  // namespace

int main(int count, char** arguments) {
  const bool each_closes = count == 4 && std::string_view(arguments[3]) == "--each-closes";
  if (count != 3 && !each_closes) {
    std::fputs("usage: raw_relay PORT UPSTREAM_PORT [--each-closes]\n", stderr);
    return 2;
  }
  const auto relay =
      std::make_unique<Relay>(port_of(arguments[1]), port_of(arguments[2]), each_closes);
  relay->run();
}

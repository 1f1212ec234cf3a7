// SPDX-License-Identifier: Apache-2.0
#include "sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace banyan::test {
namespace {

constexpr int kPatienceMilliseconds = 8'000;

[[noreturn]] void give_up(const std::string& what) {
  throw std::system_error(errno, std::system_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool await(int descriptor, short events, int milliseconds) {
  pollfd waiting{descriptor, events, 0};
  return ::poll(&waiting, 1, milliseconds) > 0;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string read_chunks(Peer& peer) {
  std::string body;
  while (true) {
    const std::string line = peer.read_until("\r\n");
    const std::size_t size = std::stoul(line, nullptr, 16);
    if (size == 0) {
      peer.read_until("\r\n");
      return body;
    }
    body += peer.read_exactly(size);
    peer.read_exactly(2);
  }
}

}  // namespace

Peer::Peer(int descriptor) : descriptor_(descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Peer Peer::connect(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("connect");
  }
  return Peer(descriptor);
}

Peer Peer::connect_from(std::uint8_t address, std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in own = loopback(0);
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + address);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    give_up("bind");
  }
  const sockaddr_in to = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    give_up("connect");
  }
  return Peer(descriptor);
}

Peer Peer::connect_v6(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("connect");
  }
  return Peer(descriptor);
}

Peer Peer::connect_unix(const std::string& path) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(&address.sun_path[0], sizeof address.sun_path - 1);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("connect to " + path);
  }
  return Peer(descriptor);
}

Peer::~Peer() { close(); }

Peer::Peer(Peer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), unread_(std::move(other.unread_)) {}

Peer& Peer::operator=(Peer&& other) noexcept {
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  unread_ = std::move(other.unread_);
  return *this;
}

void Peer::send(std::string_view bytes) {
  const std::size_t sent =
      send_until_stalled(bytes, std::chrono::milliseconds(kPatienceMilliseconds));
  if (sent < bytes.size()) throw std::runtime_error("the other side takes nothing");
}

std::size_t Peer::send_until_stalled(std::string_view bytes, std::chrono::milliseconds patience) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (!await(descriptor_, POLLOUT, static_cast<int>(patience.count()))) return sent;
    const ssize_t taken =
        ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (taken < 0) give_up("send");
    sent += static_cast<std::size_t>(taken);
  }
  return sent;
}

bool Peer::fill() {
  if (!await(descriptor_, POLLIN, kPatienceMilliseconds)) {
    throw std::runtime_error("nothing came; so far: " + unread_.substr(0, 400));
  }
  std::array<char, 65'536> buffer;
  const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got < 0) give_up("recv");
  unread_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

std::string Peer::read_until(std::string_view marker) {
  std::size_t at = 0;
  while ((at = unread_.find(marker)) == std::string::npos) {
    if (!fill()) throw std::runtime_error("the connection ended after: " + unread_);
  }
  std::string text = unread_.substr(0, at + marker.size());
  unread_.erase(0, text.size());
  return text;
}

std::string Peer::read_exactly(std::size_t bytes) {
  while (unread_.size() < bytes) {
    if (!fill()) throw std::runtime_error("the connection ended early");
  }
  std::string text = unread_.substr(0, bytes);
  unread_.erase(0, bytes);
  return text;
}

void Peer::skip_exactly(std::size_t bytes) {
  while (bytes > 0) {
    if (unread_.empty() && !fill()) throw std::runtime_error("the connection ended early");
    const std::size_t some = std::min(bytes, unread_.size());
    bytes -= some;
    unread_.erase(0, some);
  }
}

Peer::Rest Peer::read_to_end() {
  try {
    while (fill()) {
    }
  } catch (const std::system_error&) {
    return {std::exchange(unread_, {}), true};
  }
  return {std::exchange(unread_, {}), false};
}

void Peer::shut_sending() { ::shutdown(descriptor_, SHUT_WR); }

void Peer::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

Listener::Listener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(descriptor_, 64) != 0 ||
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("listen");
  }
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() { ::close(descriptor_); }

Peer Listener::accept() {
  auto peer = accept_within(std::chrono::milliseconds(kPatienceMilliseconds));
  if (!peer) throw std::runtime_error("nobody connected");
  return std::move(*peer);
}

std::optional<Peer> Listener::accept_within(std::chrono::milliseconds patience) {
  if (!await(descriptor_, POLLIN, static_cast<int>(patience.count()))) return std::nullopt;
  const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted < 0) give_up("accept");
  return Peer(accepted);
}

std::string Seen::field(std::string_view name) const {
  const std::string all = lower(head);
  const std::size_t at = all.find("\r\n" + lower(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Seen read_answer(Peer& peer, bool to_head) {
  Seen seen;
  seen.head = peer.read_head();
  seen.status = static_cast<unsigned>(std::stoul(seen.head.substr(9, 3)));
  if (to_head || seen.status < 200 || seen.status == 204 || seen.status == 304) return seen;
  if (const std::string length = seen.field("Content-Length"); !length.empty()) {
    seen.body = peer.read_exactly(std::stoul(length));
  } else if (lower(seen.field("Transfer-Encoding")) == "chunked") {
    seen.body = read_chunks(peer);
  } else {
    seen.body = peer.read_to_end().text;
  }
  return seen;
}

Seen ask(Peer peer, std::string_view request) {
  peer.send(request);
  return read_answer(peer, request.starts_with("HEAD "));
}

Seen ask(std::uint16_t port, std::string_view request) { return ask(Peer::connect(port), request); }

Seen get(std::uint16_t port, std::string_view target, std::string_view more_fields) {
  std::string request = "GET ";
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more_fields);
  return ask(port, request + "\r\n");
}

}  // namespace banyan::test

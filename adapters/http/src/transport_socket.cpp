// SPDX-License-Identifier: Apache-2.0
#include "transport_socket.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "banyan/http/sanitizers.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t kMaxParts = 4;

// The system calls themselves: the functions of the C library are points where a thread can be
// cancelled, which nobody does here and which costs two atomic operations each. The sanitizers look
// at buffers, and learn who waits for whom, in those functions.
constexpr bool kDirect = !kAddressSanitizer && !kThreadSanitizer;

ssize_t receive(int socket, std::span<char> into, int how = 0) {
  if constexpr (!kDirect) return ::recv(socket, into.data(), into.size(), how);
  return ::syscall(SYS_recvfrom, socket, into.data(), into.size(), how, nullptr, nullptr);
}

ssize_t send_one(int socket, const iovec& part, int how) {
  if constexpr (!kDirect) return ::send(socket, part.iov_base, part.iov_len, how);
  return ::syscall(SYS_sendto, socket, part.iov_base, part.iov_len, how, nullptr, 0);
}

ssize_t send_all(int socket, std::span<iovec> parts, int how) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if constexpr (!kDirect) return ::sendmsg(socket, &message, how);
  return ::syscall(SYS_sendmsg, socket, &message, how);
}

bool blocked() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

bool nothing_to_read(int socket) noexcept {
  std::array<char, 1> byte{};
  return receive(socket, byte, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}

PlainTransportSocket& PlainTransportSocket::instance() {
  static PlainTransportSocket transport;
  return transport;
}

Moved PlainTransportSocket::read(int socket, std::span<char> into) {
  const ssize_t size = receive(socket, into);
  if (size > 0) return {Moved::Kind::Some, static_cast<std::size_t>(size)};
  if (size == 0) return {Moved::Kind::End, 0};
  return {blocked() ? Moved::Kind::Blocked : Moved::Kind::Broken, 0};
}

Moved PlainTransportSocket::write(int socket, std::span<const std::string_view> parts, Then then) {
  std::array<iovec, kMaxParts> vectors{};
  std::size_t count = 0;
  for (const std::string_view part : parts) {
    if (part.empty() || count == kMaxParts) continue;
    // sendmsg(2) does not write to it.
    vectors[count++] = {const_cast<char*>(part.data()), part.size()};  // NOLINT
  }
  const int how = MSG_NOSIGNAL | (then == Then::End ? MSG_MORE : 0);
  const ssize_t size = count == 1 ? send_one(socket, vectors[0], how)
                                  : send_all(socket, std::span(vectors).first(count), how);
  if (size >= 0) return {Moved::Kind::Some, static_cast<std::size_t>(size)};
  return {blocked() ? Moved::Kind::Blocked : Moved::Kind::Broken, 0};
}

void PlainTransportSocket::shut_sending(int socket) { ::shutdown(socket, SHUT_WR); }

}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#include "channel.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

namespace banyan::http {
namespace {

constexpr std::size_t kMaxParts = 4;

bool blocked() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

PlainChannel& PlainChannel::instance() {
  static PlainChannel channel;
  return channel;
}

Moved PlainChannel::read(int socket, std::span<char> into) {
  const ssize_t size = ::recv(socket, into.data(), into.size(), 0);
  if (size > 0) return {Moved::Kind::Some, static_cast<std::size_t>(size)};
  if (size == 0) return {Moved::Kind::End, 0};
  return {blocked() ? Moved::Kind::Blocked : Moved::Kind::Broken, 0};
}

Moved PlainChannel::write(int socket, std::span<const std::string_view> parts) {
  std::array<iovec, kMaxParts> vectors{};
  std::size_t count = 0;
  for (const std::string_view part : parts) {
    if (part.empty() || count == kMaxParts) continue;
    // sendmsg(2) does not write to it.
    vectors[count++] = {const_cast<char*>(part.data()), part.size()};  // NOLINT
  }
  ssize_t size = 0;
  if (count == 1) {
    size = ::send(socket, vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL);
  } else {
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    size = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  }
  if (size >= 0) return {Moved::Kind::Some, static_cast<std::size_t>(size)};
  return {blocked() ? Moved::Kind::Blocked : Moved::Kind::Broken, 0};
}

void PlainChannel::shut_sending(int socket) { ::shutdown(socket, SHUT_WR); }

}  // namespace banyan::http

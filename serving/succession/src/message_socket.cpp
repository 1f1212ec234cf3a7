// SPDX-License-Identifier: Apache-2.0
#include "message_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace banyan::succession {
namespace {

constexpr std::size_t kLongestMessage = 64 * 1024;
constexpr std::size_t kFilesRoom = CMSG_SPACE(sizeof(int) * 253);

}  // namespace

std::optional<MessageSocket> MessageSocket::connect(const std::filesystem::path& path) {
  posix::Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (!socket.valid() || text.size() >= sizeof where.sun_path) {
    throw std::system_error(socket.valid() ? ENAMETOOLONG : errno, std::generic_category(),
                            "cannot ask the running process at " + text);
  }
  text.copy(&where.sun_path[0], text.size());
  const auto* const address = reinterpret_cast<const sockaddr*>(&where);
  if (::connect(socket.number(), address, sizeof where) == 0) {
    return MessageSocket(std::move(socket));
  }
  // No such file; or its owner has died and left it there.
  if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
  throw std::system_error(errno, std::generic_category(),
                          "cannot ask the running process at " + text);
}

bool MessageSocket::is_of_this_user() const {
  ucred who{};
  socklen_t size = sizeof who;
  return ::getsockopt(socket_.number(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
         who.uid == ::geteuid();
}

bool MessageSocket::send(std::string_view text, std::span<const posix::Descriptor> files) const {
  iovec part{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, kFilesRoom> room{};
  if (!files.empty()) {
    std::vector<int> numbers;
    for (const posix::Descriptor& each : files) numbers.push_back(each.number());
    const std::size_t bytes = numbers.size() * sizeof(int);
    message.msg_control = room.data();
    message.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(head), numbers.data(), bytes);
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.number(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(text.size());
}

MessageSocket::Received MessageSocket::receive(SteadyTime until, const Clock& clock,
                                               int wake) const {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - clock.steady()).count();
    std::array<pollfd, 2> watched{pollfd{socket_.number(), POLLIN, 0}, pollfd{wake, POLLIN, 0}};
    const int found = ::poll(watched.data(), watched.size(),
                             static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (found < 0 && errno != EINTR) return {.end = End::Gone};
    if (found > 0 && watched[0].revents != 0) return read();
    if (found > 0 && watched[1].revents != 0) return {.end = End::Woken};
    if (found == 0 && left <= 0) return {.end = End::Late};
  }
}

MessageSocket::Received MessageSocket::close_ears() const {
  ::shutdown(socket_.number(), SHUT_RD);
  return read();
}

MessageSocket::Received MessageSocket::read() const {
  Received received;
  received.text.resize(kLongestMessage);
  iovec part{received.text.data(), received.text.size()};
  alignas(cmsghdr) std::array<char, kFilesRoom> room{};
  ssize_t size = 0;
  msghdr message{};
  // That the other end has closed without reading is told once, before what it had said.
  for (int attempt = 0; attempt < 3; ++attempt) {
    message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    size = ::recvmsg(socket_.number(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size >= 0 || (errno != ECONNRESET && errno != EINTR)) break;
  }
  if (size <= 0) return {.end = End::Gone};
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    std::vector<int> numbers((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(numbers.data(), CMSG_DATA(head), numbers.size() * sizeof(int));
    for (const int number : numbers) received.files.emplace_back(number);
  }
  received.text.resize(static_cast<std::size_t>(size));
  return received;
}

}  // namespace banyan::succession

// SPDX-License-Identifier: Apache-2.0
// TLS over a socket whose kernel takes as much at a time as the test says.
#include "tls_transport_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "banyan/posix/descriptor.hpp"
#include "tls_fixture.hpp"

/// How many bytes the kernel takes from this thread, and what it says to the next.
static thread_local std::size_t room = SIZE_MAX;
static thread_local int then_says = EAGAIN;

extern "C" ssize_t __real_send(int, const void*, std::size_t,
                               int);  // NOLINT: as the linker names it
extern "C" ssize_t __wrap_send(int socket, const void* bytes, std::size_t size,
                               int how) {  // NOLINT
  if (room == 0) {
    errno = then_says;
    return -1;
  }
  const ssize_t taken = __real_send(socket, bytes, std::min(size, room), how);
  if (taken > 0 && room != SIZE_MAX) room -= static_cast<std::size_t>(taken);
  return taken;
}

namespace banyan::http {
namespace {

using Kind = Moved::Kind;

/// No part of it is like another.
std::string body_of(std::size_t size) {
  std::string made;
  for (int i = 0; made.size() < size; ++i) made += std::to_string(i) + ' ';
  made.resize(size);
  return made;
}

class ATlsTransport : public TlsTest {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    socket_ = posix::Descriptor(ends[0]);
    ASSERT_EQ(::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    auto accepted =
        std::async(std::launch::async, [&] { return TlsSocket::accept(ends[1], {.own = &shop_}); });
    client_ = std::make_shared<TlsClient>(TlsClient::read({.ca_file = authority_.file()}).value());
    transport_ = TlsTransportSocket::asking(client_->context(), {"localhost", 443});
    Moved moved = transport_->greet(ends[0]);
    while (moved.kind == Kind::Blocked) {
      pollfd entry{ends[0], POLLIN, 0};
      ASSERT_EQ(::poll(&entry, 1, 5'000), 1);
      moved = transport_->greet(ends[0]);
    }
    ASSERT_EQ(moved.kind, Kind::Some);
    peer_.emplace(accepted.get());
  }
  void TearDown() override {
    room = SIZE_MAX;
    then_says = EAGAIN;
  }

  Moved write(std::string_view part) {
    return transport_->write(socket_.number(), std::span(&part, 1), Then::Nothing);
  }
  Moved read() {
    std::array<char, 1024> into{};
    return transport_->read(socket_.number(), into);
  }

  posix::Descriptor socket_;
  std::shared_ptr<TlsClient> client_;
  std::unique_ptr<TlsTransportSocket> transport_;
  std::optional<TlsSocket> peer_;
};

TEST_F(ATlsTransport, SendsNothingTwiceWhenAReadHasSentTheRest) {
  const std::string body = body_of(100'000);
  std::string_view left = body;
  for (const std::size_t taken : {1'000, 20'000, 0}) {
    room = taken;
    Moved moved = write(left);
    if (taken != 0) {
      EXPECT_EQ(moved.kind, Kind::Some);
      EXPECT_EQ(moved.bytes, 0U) << "no record is through";
      moved = write(left);
    }
    EXPECT_EQ(moved.kind, Kind::Blocked);
    room = SIZE_MAX;
    EXPECT_EQ(read().kind, Kind::Blocked);
    moved = write(left);
    ASSERT_EQ(moved.kind, Kind::Some);
    ASSERT_LE(moved.bytes, left.size()) << "more than it was given";
    left.remove_prefix(moved.bytes);
    if (left.empty()) break;
  }
  while (!left.empty()) {
    const Moved moved = write(left);
    ASSERT_EQ(moved.kind, Kind::Some);
    left.remove_prefix(std::min(moved.bytes, left.size()));
  }
  transport_->shut_sending(socket_.number());
  const std::string got = peer_->read_to_end();
  EXPECT_EQ(got.size(), body.size());
  EXPECT_TRUE(got == body);
}

TEST_F(ATlsTransport, TellsWhatTheKernelTookBeforeItBroke) {
  room = 100;
  then_says = EPIPE;
  EXPECT_EQ(write(body_of(1'000)).kind, Kind::Some);
  EXPECT_EQ(write(body_of(1'000)).kind, Kind::Broken);
}

TEST_F(ATlsTransport, TellsWhatAReadHasSentBeforeItBroke) {
  room = 0;
  EXPECT_EQ(write(body_of(1'000)).kind, Kind::Blocked);
  room = 100;
  then_says = EPIPE;
  read();
  EXPECT_EQ(write(body_of(1'000)).kind, Kind::Some) << "a part of it has left";
  EXPECT_EQ(write(body_of(1'000)).kind, Kind::Broken);
}

TEST_F(ATlsTransport, TellsOfNothingWhenTheKernelTookNothing) {
  room = 0;
  then_says = EPIPE;
  EXPECT_EQ(write(body_of(1'000)).kind, Kind::Broken);
}

}  // namespace
}  // namespace banyan::http

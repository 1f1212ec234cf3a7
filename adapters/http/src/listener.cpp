// SPDX-License-Identifier: Apache-2.0
#include "listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "banyan/http/problem.hpp"
#include "banyan/http/recycled.hpp"
#include "banyan/http/serializer.hpp"
#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/random.hpp"
#include "overload_responder.hpp"
#include "tls_transport_socket.hpp"

namespace banyan::http {
namespace {

constexpr int kBacklog = 4096;
/// So many at a time, then those that are there have their turn.
constexpr int kAcceptsInARow = 64;
constexpr std::chrono::milliseconds kRest{50};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// A Unix socket stays in the file system when its server dies: taken away when nobody answers.
void remove_if_dead(const SocketAddress& where) {
  const std::string path = unix_path(where.endpoint());
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  const posix::Descriptor probe = where.make_socket();
  if (::connect(probe.number(), where.data(), where.size()) == 0 || errno != ECONNREFUSED) return;
  ::unlink(path.c_str());
}

}  // namespace

Listener::Listener(std::shared_ptr<LoopCore> loop, std::shared_ptr<Serving> serving,
                   std::size_t number, std::shared_ptr<TlsServer> tls)
    : loop_(std::move(loop)),
      serving_(std::move(serving)),
      tls_(std::move(tls)),
      set_(std::make_shared<ConnectionSet>()) {
  set_->listener = number;
}

Listener::~Listener() = default;

void Listener::bind(const SocketAddress& where, bool share_port) {
  if (where.family() == AF_UNIX) remove_if_dead(where);
  socket_ = where.make_socket();
  const int on = 1;
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where.family() == AF_INET6) {
    // An address of IPv6 is only that: whoever wants both listens on both.
    ::setsockopt(socket_.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (share_port) ::setsockopt(socket_.number(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  // Accepted sockets inherit it.
  disable_nagle(socket_.number());
  if (::bind(socket_.number(), where.data(), where.size()) != 0) fail("bind");
  if (::listen(socket_.number(), kBacklog) != 0) fail("listen");
}

void Listener::share(const Listener& other) {
  socket_ = posix::Descriptor(::fcntl(other.socket_.number(), F_DUPFD_CLOEXEC, 0));
  if (!socket_.valid()) fail("fcntl");
  shared_ = true;
  original_ = false;
}

void Listener::go_on_with(const posix::Descriptor& socket, bool shared, bool original) {
  socket_ = posix::Descriptor(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0));
  if (!socket_.valid()) fail("fcntl");
  shared_ = shared;
  original_ = original;
}

posix::Descriptor Listener::duplicate() const {
  posix::Descriptor copy(::fcntl(socket_.number(), F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) fail("fcntl");
  return copy;
}

void Listener::accept() {
  if (!socket_.valid()) return;
  const std::error_code failure = loop_->reactor().watch(
      socket_.number(), *this, EPOLLIN | (shared_ ? std::uint32_t{EPOLLEXCLUSIVE} : 0U));
  if (failure) throw std::system_error(failure, "cannot wait for connections");
  accepting_ = true;
}

void Listener::open() {
  if (!loop_->contain([this] { accept(); })) rest();
}

void Listener::ready(std::uint32_t) {
  for (int turn = 0; turn < kAcceptsInARow && accepting_; ++turn) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    posix::Descriptor socket(::accept4(socket_.number(), reinterpret_cast<sockaddr*>(&address),
                                       &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.valid()) {
      take(std::move(socket), SocketAddress(&address, size));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
    serving_->fault("cannot accept a connection: " + std::generic_category().message(errno));
    return rest();
  }
}

/// Out of descriptors, most often: let some be closed first.
void Listener::rest() {
  loop_->reactor().forget(socket_.number(), *this);
  if (!rest_) rest_ = std::make_unique<Timer>(loop_->timers(), [this] { open(); });
  rest_->set(kRest);
}

void Listener::take(posix::Descriptor socket, const SocketAddress& peer) {
  if (serving_->connections >= serving_->options.max_connections) {
    ++serving_->refused_connections;
    return turn_away(
        std::move(socket), peer.endpoint(),
        {503, "http.too_many_connections", "too many connections; try again in a few seconds"});
  }
  Endpoint from = peer.endpoint();
  const auto client = serving_->counted_as(peer, from);
  if (client && !serving_->clients.enter(*client)) {
    ++serving_->refused_of_clients;
    return turn_away(
        std::move(socket), from,
        {503, "http.too_many_connections_of_client", "too many connections from this address"});
  }
  ++serving_->connections;
  std::shared_ptr<Connection> connection;
  const bool made = loop_->contain([&] {
    connection = make_recycled<Connection>(loop_, std::move(socket), serving_, set_,
                                           std::move(from), client);
  });
  if (!made) return serving_->closed(client);
  const bool started = loop_->contain(
      [&] { connection->start(tls_ ? TlsTransportSocket::accepting(tls_->shared()) : nullptr); });
  if (!started) connection->cut();
}

/// By TLS nothing can be said before a handshake, which is what there is no room for.
void Listener::turn_away(posix::Descriptor socket, const Endpoint& peer, const Refusal& why) {
  if (tls_) return;
  std::string id;
  append_hex(id, system_random().next(), 16);
  Response problem = problem_response(why, id);
  problem.head.fields.add("X-Request-Id", id);
  const RequestHead unread;
  loop_->contain([&] {
    serving_->application->refused({.refusal = why,
                                    .head = unread,
                                    .peer = peer,
                                    .tls = nullptr,
                                    .listener = set_->listener,
                                    .id = id,
                                    .loop = *loop_,
                                    .correlation_id = id},
                                   problem);
  });
  const auto answer = serialize(problem, Persistence::Close);
  if (!answer) return serving_->fault(answer.error().message);
  OverloadResponder::tell(loop_, std::move(socket), serving_, *answer);
}

void Listener::stop() {
  accepting_ = false;
  rest_ = nullptr;
  if (!socket_.valid()) return;
  loop_->reactor().forget(socket_.number(), *this);
  const SocketAddress address = where();
  socket_.close();
  // What another process goes on with is that one's to take away.
  const bool ours = original_ && !serving_->handed_over;
  if (address.family() == AF_UNIX && ours) ::unlink(unix_path(address.endpoint()).c_str());
}

std::vector<Connection*> Listener::snapshot() const {
  std::vector<Connection*> all;
  for (Connection& connection : set_->all) all.push_back(&connection);
  return all;
}

void Listener::drain(std::chrono::milliseconds last_chance) {
  stop();
  for (Connection* connection : snapshot()) connection->drain(last_chance);
}

std::size_t Listener::cut() {
  stop();
  std::size_t running = 0;
  for (Connection* connection : snapshot()) running += connection->cut() ? 1 : 0;
  return running;
}

}  // namespace banyan::http

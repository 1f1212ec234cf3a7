// SPDX-License-Identifier: Apache-2.0
#include "client_connection.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "channel.hpp"
#include "socket_address.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t kMaxInterim = 16;

std::string text_of(int error) { return std::generic_category().message(error); }

int milliseconds_until(SteadyTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

/// What happened; 0 when the deadline passed.
short wait_for(int socket, short events, SteadyTime deadline) {
  for (;;) {
    pollfd entry{socket, events, 0};
    const int ready = ::poll(&entry, 1, milliseconds_until(deadline));
    if (ready > 0) return entry.revents;
    if (ready == 0 && std::chrono::steady_clock::now() >= deadline) return 0;
    if (ready < 0 && errno != EINTR) return POLLERR;
  }
}

/// 0, or the error number.
int connect_to(int socket, const addrinfo& address, SteadyTime deadline) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (wait_for(socket, POLLOUT, deadline) == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

std::expected<std::unique_ptr<ClientConnection>, ClientFailure> ClientConnection::connect(
    const Endpoint& endpoint, const Limits& limits, SteadyTime deadline) {
  const std::string where = to_string(endpoint);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(),
                                      &wanted, &found);
      error != 0) {
    return std::unexpected(
        ClientFailure{ClientFailure::Kind::Connect,
                      "cannot find the address of " + where + ": " + ::gai_strerror(error), true});
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  int error = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      error = errno;
      if (!is_want_of_sockets(error)) continue;
      return std::unexpected(
          ClientFailure{ClientFailure::Kind::NoSocket,
                        "no socket for a connection to " + where + ": " + text_of(error), true});
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::unique_ptr<ClientConnection> connection(new ClientConnection(socket, where, limits));
    error = connect_to(socket, *address, deadline);
    if (error == 0) return connection;
  }
  return std::unexpected(ClientFailure{
      error == ETIMEDOUT ? ClientFailure::Kind::Timeout : ClientFailure::Kind::Connect,
      "cannot connect to " + where + ": " + text_of(error), true});
}

ClientConnection::~ClientConnection() { ::close(socket_); }

bool ClientConnection::still_quiet() const noexcept { return nothing_to_read(socket_); }

ClientFailure ClientConnection::failure(ClientFailure::Kind kind, std::string what) const {
  return {kind, where_ + ": " + std::move(what), sent_ == 0};
}

std::expected<bool, ClientFailure> ClientConnection::take_input(Response& response) {
  std::string_view unread = in_;
  for (;;) {
    const Step step = parser_.step(unread);
    unread.remove_prefix(step.consumed);
    switch (step.kind) {
      case Step::Kind::NeedMore: in_.erase(0, in_.size() - unread.size()); return false;
      case Step::Kind::Refused: {
        const Refusal& refusal = parser_.refusal();
        return std::unexpected(
            failure(refusal.name == "http.body_too_large" ? ClientFailure::Kind::TooLarge
                                                          : ClientFailure::Kind::Protocol,
                    "refused its answer: " + refusal.message + " (" + refusal.name + ")"));
      }
      case Step::Kind::Head:
        if (parser_.interim() && ++interim_ > kMaxInterim) {
          return std::unexpected(
              failure(ClientFailure::Kind::Protocol, "too many interim answers"));
        }
        if (parser_.has_body() && parser_.framing().kind == Framing::Kind::UntilClose) {
          return std::unexpected(failure(ClientFailure::Kind::Protocol,
                                         "its answer has neither a length nor chunks, so nobody"
                                         " can tell whether it is complete"));
        }
        break;
      case Step::Kind::Body: response.body.append(step.body); break;
      case Step::Kind::End:
        if (parser_.interim()) {
          parser_.reset();
          break;
        }
        response.head = std::move(parser_.head());
        reusable_ = parser_.keep_alive() && unread.empty();
        in_.clear();
        return true;
    }
  }
}

std::expected<Response, ClientFailure> ClientConnection::exchange(std::string_view bytes,
                                                                  std::string_view method,
                                                                  SteadyTime deadline) {
  Response response;
  parser_.reset();
  parser_.expect(method);
  in_.clear();
  interim_ = 0;
  sent_ = 0;
  silent_ = true;
  reusable_ = false;
  bool writable = true;
  std::string_view unsent = bytes;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    while (writable && !unsent.empty()) {
      const ssize_t size = ::send(socket_, unsent.data(), unsent.size(), MSG_NOSIGNAL);
      if (size >= 0) {
        sent_ += static_cast<std::size_t>(size);
        unsent.remove_prefix(static_cast<std::size_t>(size));
      } else if (errno == EAGAIN) {
        writable = false;
      } else if (errno != EINTR) {
        // It takes no more, but may have said why.
        unsent = {};
      }
    }
    const short ready =
        wait_for(socket_, static_cast<short>(unsent.empty() ? POLLIN : POLLIN | POLLOUT), deadline);
    if (ready == 0) {
      return std::unexpected(failure(ClientFailure::Kind::Timeout,
                                     silent_ ? "no answer before the deadline"
                                             : "the answer was not complete at the deadline"));
    }
    writable = (ready & POLLOUT) != 0;
    if ((ready & ~POLLOUT) == 0) continue;
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size <= 0) {
      const std::string why = size == 0 ? "closed the connection" : text_of(errno);
      return std::unexpected(
          failure(ClientFailure::Kind::Closed,
                  silent_ ? why + " before it answered" : why + " inside its answer"));
    }
    silent_ = false;
    in_.append(buffer.data(), static_cast<std::size_t>(size));
    const auto complete = take_input(response);
    if (!complete) return std::unexpected(complete.error());
    if (*complete) {
      if (sent_ != bytes.size()) reusable_ = false;
      return response;
    }
  }
}

}  // namespace banyan::http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <cstdint>
#include <expected>

#include "banyan/http/client.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "deadline_socket.hpp"

namespace banyan::poco_http {

/// One connection to one server, for one exchange after the other. One thread at a time.
class ClientConnection {
  /// Poco's own sends a request again, on a connection of its own making, when a first write fails.
  class Session final : public Poco::Net::HTTPClientSession {
   public:
    explicit Session(const Poco::Net::StreamSocket& socket) : HTTPClientSession(socket) {}

   protected:
    int write(const char* buffer, std::streamsize length) override {
      return HTTPSession::write(buffer, length);
    }
  };

 public:
  using Answer = std::expected<http::Response, http::ClientFailure>;

  /// Connects. Throws what Poco throws.
  ClientConnection(const Poco::Net::SocketAddress& address, SteadyTime deadline);

  /// The whole answer, or why there is none: cut, ambiguous or of unknown length, beyond
  /// `most_bytes`, or not there by the deadline. Never throws.
  Answer ask(const http::Endpoint& endpoint, const http::Request& request, SteadyTime deadline,
             std::uint64_t most_bytes);

  /// Whether it may be used again; after an answer.
  bool reusable() const { return reusable_; }
  /// Looks whether the server has closed it, or says something that nobody has asked for.
  bool alive();
  /// Of the last exchange: not one byte of an answer came.
  bool silent() const { return socket_->received() == 0; }

  void kept_at(SteadyTime time) { kept_at_ = time; }
  SteadyTime kept_at() const { return kept_at_; }

 private:
  Answer exchange(const http::Endpoint& endpoint, const http::Request& request,
                  std::uint64_t most_bytes);
  Answer failure(const http::Endpoint& endpoint, http::ClientFailure::Kind kind,
                 std::string_view what) const;

  DeadlineSocket* const socket_;  ///< the session's
  Session session_;
  bool reusable_ = false;
  SteadyTime kept_at_{};
};

}  // namespace banyan::poco_http

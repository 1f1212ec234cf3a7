// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <chrono>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/listening_socket.hpp"

namespace banyan::poco_http {

/// A socket that listens and whose connections are ServedSockets.
class ListeningSocket final : public Poco::Net::ServerSocket {
 public:
  /// Binds and listens. Throws std::runtime_error with the address and the next step in its text.
  ListeningSocket(const http::Endpoint& endpoint, std::chrono::milliseconds head_time);
  /// Goes on with one that listens already.
  ListeningSocket(const http::ListeningSocket& inherited, std::chrono::milliseconds head_time);

  /// For another process. Throws std::system_error.
  http::ListeningSocket duplicate() const;

  /// From now on who waits for connections finds none; they wait in the socket. HTTPServer::stop()
  /// would drop one that was accepted at that very moment.
  void pause();
  /// Whether that has been noticed: nothing is accepted any more.
  bool paused() const;
};

}  // namespace banyan::poco_http

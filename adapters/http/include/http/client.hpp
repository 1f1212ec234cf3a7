// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "http/endpoint.hpp"
#include "http/message.hpp"
#include "kernel/clock.hpp"

namespace banyan::http {

struct ClientFailure {
  enum class Kind : std::uint8_t {
    Connect,   ///< nobody listens there, or the name is unknown
    NoSocket,  ///< this process can make no socket (too many open files): nobody there is to blame
    Timeout,   ///< no complete answer before the deadline
    Closed,    ///< the connection ended before the answer was complete
    Protocol,  ///< the answer is not one: see the message
    TooLarge,  ///< the answer is longer than the limit
    Request,   ///< the request itself cannot be sent
  };
  Kind kind = Kind::Connect;
  std::string message;  ///< what, where, after how long
  /// Not one byte of the request left: asking again, here or elsewhere, cannot do it twice.
  bool provably_unsent = false;
};

std::string_view to_string(ClientFailure::Kind kind);

struct ClientOptions {
  std::size_t max_idle = 16;  ///< connections kept for reuse
  /// Less than the server's own, so that it seldom closes first.
  std::chrono::milliseconds idle_timeout{15'000};
  std::chrono::milliseconds connect_timeout{2'000};
  Limits limits{.body_bytes = 16 * 1024 * 1024};
};

/// Whether asking twice is the same as asking once.
enum class Repeat : std::uint8_t { Never, Safe };

/// Asks one endpoint, waits for the answer. For worker threads; safe for concurrent use: each call
/// has a connection to itself, from a bounded pool of kept ones or new.
///
/// One silent second attempt, on a fresh connection, is made when a kept connection turns out dead
/// before the first byte of an answer and either nothing of the request was sent or `repeat` says
/// that it is safe. Everything else is the caller's decision.
class Client {
 public:
  explicit Client(Endpoint endpoint, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `Host` is added when it is missing.
  std::expected<Response, ClientFailure> exchange(const Request& request, SteadyTime deadline,
                                                  Repeat repeat = Repeat::Never);

  const Endpoint& endpoint() const noexcept;
  std::size_t idle_connections() const;

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace banyan::http

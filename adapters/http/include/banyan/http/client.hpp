// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "banyan/http/answer_end.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/tls.hpp"
#include "banyan/http/upstream.hpp"
#include "banyan/kernel/clock.hpp"

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
    Fault,     ///< an exception in this process, or its end: nobody there is to blame
  };
  Kind kind = Kind::Connect;
  std::string message;  ///< what, where, after how long
  /// Not one byte of the request left: asking again, here or elsewhere, cannot do it twice.
  bool provably_unsent = false;
  /// As in UpstreamFailure: a kept connection had ended, and who is there may well be fine.
  bool stale = false;
};

std::string_view to_string(ClientFailure::Kind kind);

/// Whether asking twice is the same as asking once.
enum class Repeat : std::uint8_t { Never, Safe };

/// What a failure of the engine is to somebody who waits for a whole answer.
ClientFailure failure_of(const UpstreamFailure& failure);

/// What a whole answer, which its caller has in memory, may have at most.
inline constexpr std::uint64_t kMostAnswerBytes = 16 * 1024 * 1024;

struct ClientOptions {
  std::size_t max_idle = 16;  ///< connections kept for reuse
  /// Less than the server's own, so that it seldom closes first.
  std::chrono::milliseconds idle_timeout{15'000};
  std::chrono::milliseconds connect_timeout{2'000};
  Limits limits{.head_bytes = kAnswerLimits.head_bytes,
                .fields = kAnswerLimits.fields,
                .body_bytes = kMostAnswerBytes};
  std::shared_ptr<TlsClient> tls;  ///< null: plain HTTP
  LookUp look_up{};                ///< as in UpstreamOptions
};

/// Which answers are taken, and for how long they are waited for besides the deadline.
struct WantedAnswer {
  std::uint64_t most_bytes = kMostAnswerBytes;  ///< of a body; a longer one is TooLarge
  AnswerEnd end = AnswerEnd::IsTold;            ///< one that ends otherwise is Protocol
  std::stop_token given_up{};  ///< once it is asked to stop, nobody waits: a Timeout as well
};

/// Has the loop carry out one exchange with whole bodies, and waits for its end: never longer than
/// to the deadline, whatever the name's look-up, the upstream or the loop does. Not on a loop.
/// `Host` is added when it is missing. The limits of `upstreams` hold besides those of `wanted`;
/// they are set for answers that are forwarded piece by piece.
std::expected<Response, ClientFailure> ask(Loop& loop, Upstreams& upstreams,
                                           const Endpoint& endpoint, const Request& request,
                                           SteadyTime deadline, Repeat repeat,
                                           const WantedAnswer& wanted = {});

/// Asks one endpoint, waits for the answer: ask() with a loop and connections of its own. For
/// worker threads; safe for concurrent use: each call has a connection to itself, from a bounded
/// pool of kept ones or new. For tools, probes and tests; who calls a dependency has an
/// upstream::Caller. What answers here may be anything, so an answer without a length is as long as
/// its connection (RFC 9112 §6.3); one that was reset, or by TLS ended without saying so, was cut
/// (Closed). By plain TCP nobody can tell a cut that looks like an end.
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

  /// `Host` is added when it is missing. Ends early when `given_up` is asked to stop, as ask()
  /// does.
  std::expected<Response, ClientFailure> exchange(const Request& request, SteadyTime deadline,
                                                  Repeat repeat = Repeat::Never,
                                                  std::stop_token given_up = {});

  const Endpoint& endpoint() const noexcept { return endpoint_; }
  std::size_t idle_connections() const;

 private:
  const Endpoint endpoint_;
  const std::uint64_t most_bytes_;
  std::unique_ptr<Upstreams> upstreams_;
  std::unique_ptr<Loops> loops_;
};

}  // namespace banyan::http

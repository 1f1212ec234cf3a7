// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/serializer.hpp"
#include "banyan/http/tls.hpp"
#include "banyan/kernel/clock.hpp"

namespace banyan::http {

/// Finds the addresses of a name; what went wrong, if there are none. May block for as long as it
/// likes, on a thread of its own: nobody waits for it longer than a connection may take, and it may
/// come back when its user is gone, so that it must own what it uses.
using LookUp = std::function<std::expected<std::vector<Endpoint>, std::string>(const Endpoint&)>;

/// What an upstream's answer may have at most; it is our application's, and mostly trusted.
inline constexpr Limits kAnswerLimits{.head_bytes = 256 * 1024, .fields = 1'000};

struct UpstreamOptions {
  std::size_t max_idle_per_loop = 64;           ///< kept connections to one endpoint on one loop
  std::chrono::milliseconds idle_keep{15'000};  ///< less than the upstream's own keep-alive
  /// With the look-up of a name. One with several addresses gives each of them, in turn, an equal
  /// share of what is left of it; those that were silent for theirs come last for a while.
  std::chrono::milliseconds connect_timeout{2'000};
  /// How long the addresses of a name are used before it is looked up again. A kept connection to
  /// an address that the name has lost by then is closed, one that is in use is not kept.
  std::chrono::milliseconds keep_addresses{10'000};
  LookUp look_up{};  ///< empty: getaddrinfo(3)
  /// From the end of the request to the head of its final answer, whatever comes before that.
  std::chrono::milliseconds first_byte_timeout{60'000};
  /// Between two pieces of a body, in either direction, while somebody waits for one.
  std::chrono::milliseconds stall_timeout{60'000};
  /// The same between two pieces of an event stream (text/event-stream).
  std::chrono::milliseconds stream_timeout{3'600'000};
  Limits limits = kAnswerLimits;  ///< of answers
  /// What is spoken TLS by to all endpoints; null: plain HTTP. Connections of the two kinds never
  /// mix, since each Upstreams keeps its own. The handshake is a part of `connect_timeout`.
  std::shared_ptr<TlsClient> tls;
};

/// Whether connections that were made by one are as good as by the other. The same certificates
/// are those of the same TlsClient; how names are looked up is left out.
bool same(const UpstreamOptions& one, const UpstreamOptions& other);

struct UpstreamFailure {
  enum class Kind : std::uint8_t {
    Connect,    ///< nobody listens there, the name is unknown, or TLS failed
    NoSocket,   ///< this process can make no socket (too many open files): nobody there is to blame
    Timeout,    ///< the upstream let one of its times pass
    Deadline,   ///< UpstreamRequest::deadline passed, whoever it was that took so long
    Closed,     ///< the connection ended before the answer was complete
    Protocol,   ///< the answer is malformed or ambiguous
    TooLarge,   ///< the answer goes beyond UpstreamOptions::limits: our limit, not its fault
    Request,    ///< the request cannot be sent (a line break in a value, a body of another length)
    Cancelled,  ///< by cancel(), or its loop has ended
    Fault,  ///< an exception here, which Loop::fault() was told of: the upstream may well be fine
  };
  Kind kind = Kind::Connect;
  std::string message;
  /// Not one byte of the request left.
  bool provably_unsent = false;
  /// It was a kept connection that ended before any byte of an answer: the upstream may well be
  /// fine. start() has tried a fresh one already where `safe_to_repeat` or nothing was sent.
  bool stale = false;
};

std::string_view to_string(UpstreamFailure::Kind kind);

/// Writes a request's line and fields, at once and once; framing and Connection are the engine's.
using WriteHead = std::function<void(HeadWriter& head)>;

struct UpstreamRequest {
  Framing framing;  ///< of the body that write() will bring
  bool safe_to_repeat = false;
  /// The head asks for another protocol: 101 is an answer then. What follows it goes both ways byte
  /// for byte: read_body() and write(), until finish() and the last piece.
  bool may_upgrade = false;
  std::optional<SteadyTime> deadline;  ///< for the whole exchange
};

/// One request to an upstream and its answer, streaming both ways. On its loop only; callbacks come
/// on the loop, never from inside the call that took them, and each at most once. Reading the
/// answer and writing the request may overlap: an upstream may answer before it was told all.
///
/// Dropping the last reference cancels. The connection goes back to the pool by itself when both
/// messages are complete and both sides allow it. After the answer's end the request may be written
/// on, until write() says that the upstream takes no more.
class UpstreamExchange {
 public:
  using HeadDone = std::move_only_function<void(std::expected<ResponseHead*, UpstreamFailure>)>;
  using PieceDone = std::move_only_function<void(std::expected<BodyPiece, UpstreamFailure>)>;
  using FailureDone = std::move_only_function<void(const UpstreamFailure&)>;
  using WriteDone = std::move_only_function<void(bool sent)>;

  virtual ~UpstreamExchange() = default;

  /// Sends a piece of the request's body. `bytes` must live until `done`. `false` says that the
  /// upstream takes no more: not yet a failure, since an answer may come; read_head() tells.
  virtual void write(std::string_view bytes, WriteDone done) = 0;
  /// The request's body is complete. Not needed with Framing::none().
  void finish() { finish(Fields()); }
  /// As above; trailers as in Exchange::finish(). One that cannot be sent is a failure (Request).
  virtual void finish(const Fields& trailers) = 0;

  /// The next head of the answer: interim ones (1xx) first, one for each call, then the final one,
  /// which lives as long as the exchange. See `interim(head)`. It may be changed in place.
  virtual void read_head(HeadDone done) = 0;
  /// How the body of the final answer comes. `has_body` is false for HEAD, 204, 304.
  virtual Framing framing() const = 0;
  virtual bool has_body() const = 0;
  /// From inside read_head()'s callback, of the final head: the whole body, if it came with the
  /// head, is small and of declared length, and the request is sent. The answer is complete then;
  /// the bytes live until the callback returns. std::nullopt: read_body() brings it.
  virtual std::optional<std::string_view> take_small_body() = 0;
  /// The next piece of the answer's body; nothing more is read from the upstream until asked for.
  virtual void read_body(PieceDone done) = 0;
  /// Called once when the exchange fails while the reader still holds a piece (else it would learn
  /// of that only when it asks for the next one). The piece stays valid until then. Also when the
  /// deadline passes after the answer has ended, as long as the exchange is kept.
  virtual void on_failure(FailureDone done) = 0;

  /// Ends it and closes the connection. Waiting callbacks get Cancelled.
  virtual void cancel() = 0;

  /// Whether the request ran on a kept connection.
  virtual bool reused() const = 0;
};

inline bool interim(const ResponseHead& head) { return head.status < 200 && head.status != 101; }

/// Connections to upstreams, kept per loop, so that no two threads share one. Any number of
/// endpoints. A 101 that nobody asked for is a Protocol failure.
class Upstreams {
 public:
  explicit Upstreams(UpstreamOptions options = {});
  /// Exchanges under way go on; kept connections are closed.
  ~Upstreams();
  Upstreams(const Upstreams&) = delete;
  Upstreams& operator=(const Upstreams&) = delete;

  /// Begins to send the request. On `loop`. What goes wrong is told by read_head().
  std::shared_ptr<UpstreamExchange> start(Loop& loop, const Endpoint& endpoint,
                                          const UpstreamRequest& request,
                                          const WriteHead& write_head);

  /// Kept connections of one loop; on that loop.
  std::size_t idle_connections(Loop& loop) const;

 private:
  class Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace banyan::http

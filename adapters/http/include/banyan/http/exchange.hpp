// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/message.hpp"

namespace banyan::http {

struct TlsPeer;

/// A piece of a body. `bytes` live until the next piece is asked for or the exchange ends. The
/// last piece is empty.
struct BodyPiece {
  std::string_view bytes;
  bool last = false;
  /// With the last piece: what came after a chunked body, as it came; null when nothing did. Lives
  /// as long as the bytes.
  const Fields* trailers = nullptr;
};

/// One request and its answer. Answer in one of two ways:
///
/// * buffered: collect_body(), then respond() from whatever thread;
/// * streaming: read_body() for each piece, begin(), write() for each piece, finish(). Reading and
///   writing may overlap, and an answer may begin (and end) before the body was read.
///
/// Callbacks come on the loop, never from inside the call that took them, and each at most once. An
/// exception from one of them is as fail() with status 500, and an entry for
/// ServerOptions::on_fault.
/// respond(), fail(), abort() and the accessors may be called on any thread, everything else on the
/// loop only. Whoever drops the last reference without an answer has the client told 500.
///
/// Framing, Date, Connection and X-Request-Id are the engine's business. An answer that cannot be
/// sent (a line break in a value, ...) becomes a 500 and an entry for ServerOptions::on_fault.
class Exchange {
 public:
  using CollectDone = std::move_only_function<void(std::expected<std::string, Refusal>)>;
  using ReadDone = std::move_only_function<void(std::expected<BodyPiece, Refusal>)>;
  using WriteDone = std::move_only_function<void(bool sent)>;
  using AbortDone = std::move_only_function<void()>;

  virtual ~Exchange() = default;

  virtual const RequestHead& head() const = 0;
  /// How the request's body comes.
  virtual Framing framing() const = 0;
  /// Nothing of the body is waited for any more: all of it has come, or there is none. Of a body in
  /// chunks, or behind an engine that does not know, false until it was read. On the loop only.
  virtual bool body_is_here() const = 0;
  virtual const Endpoint& peer() const = 0;
  /// How it came by TLS, and who showed a certificate; null when it came without (http/tls.hpp).
  /// Lives as long as the exchange.
  virtual const TlsPeer* tls() const = 0;
  /// By which listener it came: the index in ServerOptions::listen.
  virtual std::size_t listener() const = 0;
  /// The client's X-Request-Id when it is well-formed, else one made here. Goes into the answer.
  virtual const std::string& id() const = 0;
  virtual Loop& loop() = 0;

  /// The whole body. A body that is too long, malformed or too slow is a refusal: the application
  /// may say so in its own words (respond() or fail(), from inside `done`), else the engine does.
  virtual void collect_body(std::size_t limit, CollectDone done) = 0;

  /// The next piece, when there is one; nothing more is read from the client until it is asked for.
  /// Refusals as for collect_body(), unless the answer has begun: then the connection is cut.
  virtual void read_body(ReadDone done) = 0;

  /// The whole answer, framed by its length. Any thread. Only the first answer counts.
  virtual void respond(Response response) = 0;

  /// An interim answer (103); before begin(). 100 is sent by the engine when the body is asked for.
  virtual void inform(const ResponseHead& head) = 0;

  /// Begins an answer in pieces. For HEAD, 204 and 304 pieces are accepted and dropped.
  virtual void begin(const ResponseHead& head, Framing framing) = 0;

  /// begin(), write() and finish() in one, of an answer that is whole already: one without a body,
  /// or with a small one of the length that `framing` declares. True when the socket has taken it;
  /// what it has not is copied, and on_answered() tells.
  virtual bool answer(const ResponseHead& head, Framing framing, std::string_view body) = 0;
  /// Told whether the socket has taken what answer() left, as by write().
  virtual void on_answered(WriteDone done) = 0;

  /// Grants what asked_upgrade() says is asked for (RFC 9110 §7.8): answers 101, in place of
  /// begin(). From here on read_body() is what the client sends and write() what it is sent, byte
  /// for byte; each side ends by itself. Idle for ServerOptions::tunnel_timeout, it is cut.
  virtual void switch_protocols(const ResponseHead& head, std::string_view protocol) = 0;

  /// Sends a piece. `bytes` must live until `done`, which says whether the socket took them; write
  /// the next one then, so that a slow reader slows the writer down.
  virtual void write(std::string_view bytes, WriteDone done) = 0;

  /// Ends the answer in pieces. Fewer bytes than declared cut the connection.
  void finish() { finish(Fields()); }
  /// As above; of the trailers those that may be some (see may_be_trailer()) come after the body,
  /// if it goes out in chunks (to HTTP/1.1); otherwise none does (RFC 9110 §6.5.1). One that cannot
  /// be sent cuts the connection.
  virtual void finish(const Fields& trailers) = 0;

  /// An answer of the engine's own: problem details with the refusal's status, name and text.
  /// Any thread. When an answer has begun, the same as abort().
  virtual void fail(const Refusal& refusal) = 0;

  /// Cuts the connection, so that the client sees that its answer is incomplete. Any thread.
  virtual void abort() = 0;

  /// Called when the client goes away (or is cut off) before its answer is complete. Once; never
  /// after a complete answer. When it is gone already, soon.
  virtual void on_abort(AbortDone done) = 0;
};

/// A request that the engine refuses by itself, for there is nothing in it to be handled: it is
/// malformed, beyond a limit, did not come in time, or there was no room for its connection. With
/// these and the answer it is counted, logged and correlated like those that were handled. All of
/// it lives until refused() returns.
struct RefusedRequest {
  const Refusal& refusal;
  /// As far as it was read: all of it, method and target only, or nothing. Nothing in it has been
  /// validated.
  const RequestHead& head;
  const Endpoint& peer;
  const TlsPeer* tls;  ///< as in Exchange
  std::size_t listener;
  const std::string& id;  ///< the X-Request-Id that the client is told
  Loop& loop;
  /// As http::correlation_id() has it; the answer's document says it already.
  std::string_view correlation_id;
  std::chrono::nanoseconds took{0};  ///< since its first byte
  std::uint64_t head_bytes = 0;      ///< what had come of it
};

/// What a server serves.
class Application {
 public:
  virtual ~Application() = default;
  /// On the loop of the connection: must not block. An exception answers 500.
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
  /// For the log, and for fields of the application's own in `answer` (which the answer to HTTP
  /// without TLS, where TLS is spoken, has no room for). On the loop of the connection: must not
  /// block.
  virtual void refused(const RefusedRequest& request, Response& answer);
};

}  // namespace banyan::http

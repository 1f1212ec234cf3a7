// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "banyan/http/message.hpp"

namespace banyan::http {

class HeadScanner;
class BodyDecoder;

/// What one step of a parser found at the front of the bytes it was shown.
struct Step {
  enum class Kind : std::uint8_t {
    NeedMore,  ///< nothing complete yet: show the rest again with more behind it
    Head,      ///< head() and framing() can be read
    Body,      ///< `body` is the next piece, never empty; a view into the input
    End,       ///< the message is complete; reset() before the next one
    Refused,   ///< refusal() says why; the connection is of no more use
  };
  Kind kind = Kind::NeedMore;
  std::size_t consumed = 0;  ///< bytes of the input that are done with
  std::string_view body;
};

/// Reads requests, bytes in, messages out, and refuses everything that two readers could
/// understand differently (RFC 9112 with none of its leniency): bare LF, obs-fold, blanks before a
/// colon, control characters, two lengths, a length beside chunks, other transfer codings, a
/// missing or second Host, CONNECT, malformed trailers, ... A target in absolute form is turned
/// into its origin form and Host.
///
/// step() works on what the caller holds and copies no body bytes:
///
///     Step step = parser.step(unread);
///     unread.remove_prefix(step.consumed);
///
/// Each step reports one thing. How the bytes are cut makes no difference to what is found, except
/// for how a body is cut. Not safe for concurrent use; no I/O, no clock.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits = {});
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  Step step(std::string_view input);
  /// The peer closed: nothing when that is fine here, a refusal when it cuts a message.
  const Refusal* close();
  /// For the next message of the connection. Keeps memory.
  void reset();

  /// True before the first byte of a message was consumed or seen.
  bool idle() const noexcept { return idle_; }
  /// As after reset().
  bool untouched() const noexcept { return idle_ && !blank_line_ && state_ == State::Head; }
  RequestHead& head() noexcept { return head_; }
  const RequestHead& head() const noexcept { return head_; }
  Framing framing() const noexcept { return framing_; }
  /// Whether the sender lets the connection be used again.
  bool keep_alive() const noexcept { return keep_alive_; }
  /// `Expect: 100-continue`: the sender waits before it sends the body.
  bool expects_continue() const noexcept { return expects_continue_; }
  /// What came after a chunked body, all of it: after End and until the next Head. It is never a
  /// part of the head, whatever it says; see may_be_trailer().
  Fields& trailers() noexcept;
  const Refusal& refusal() const noexcept { return refusal_; }
  /// After the request was granted another protocol: what follows is its body, until the end.
  void switch_protocols();
  /// Of this message, in place of the limit for all.
  void limit_body(std::uint64_t bytes);

 private:
  enum class State : std::uint8_t { Head, Body, Done, Refused };
  [[gnu::cold]] Step refuse(Refusal refusal);
  Step step_head(std::string_view input);

  Limits limits_;
  State state_ = State::Head;
  bool idle_ = true;
  bool blank_line_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  Framing framing_;
  RequestHead head_;
  Refusal refusal_;
  std::unique_ptr<HeadScanner> scanner_;
  std::unique_ptr<BodyDecoder> body_;
};

/// Reads the answers to requests, as strictly. Every 1xx is a message of its own (Head, then End,
/// with interim() true): go on with reset(). An answer whose end cannot be told from a cut
/// connection is reported as UntilClose.
class ResponseParser {
 public:
  explicit ResponseParser(const Limits& limits = {});
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  /// Which request comes next: an answer to HEAD has no body, and 101 is only an answer to a
  /// request to upgrade (all that follows is its body then). Forgotten by reset() only after a
  /// final answer.
  void expect(std::string_view method, bool may_upgrade = false);

  Step step(std::string_view input);
  /// The peer closed: ends a body UntilClose (null, and the next step reports End), else a refusal
  /// "http.cut", or null when no byte of an answer had come.
  const Refusal* close();
  void reset();

  bool idle() const noexcept { return idle_; }
  bool in_head() const noexcept { return state_ == State::Head; }
  /// 1xx other than 101.
  bool interim() const noexcept { return head_.status < 200 && head_.status != 101; }
  ResponseHead& head() noexcept { return head_; }
  const ResponseHead& head() const noexcept { return head_; }
  /// Length 0 … n without a body for an answer to HEAD: see has_body().
  Framing framing() const noexcept { return framing_; }
  bool has_body() const noexcept { return has_body_; }
  bool keep_alive() const noexcept { return keep_alive_; }
  Fields& trailers() noexcept;
  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  enum class State : std::uint8_t { Head, Body, Done, Refused };
  [[gnu::cold]] Step refuse(Refusal refusal);
  Step step_head(std::string_view input);

  Limits limits_;
  State state_ = State::Head;
  bool idle_ = true;
  bool keep_alive_ = false;
  bool has_body_ = false;
  bool to_head_ = false;
  bool may_upgrade_ = false;
  bool closed_ = false;
  Framing framing_;
  ResponseHead head_;
  Refusal refusal_;
  std::unique_ptr<HeadScanner> scanner_;
  std::unique_ptr<BodyDecoder> body_;
};

}  // namespace banyan::http

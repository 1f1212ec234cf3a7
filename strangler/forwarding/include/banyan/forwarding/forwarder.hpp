// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "banyan/forwarding/copy_order.hpp"
#include "banyan/forwarding/exchange_tap.hpp"
#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/forwarding/rewriting.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/http/fields.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/tracing.hpp"
#include "banyan/upstream/group.hpp"

namespace banyan::strangler {

/// "banyan-" and eight digits that no other process has.
std::string unique_via();

struct ForwarderOptions {
  /// Whose X-Forwarded-* and Forwarded are believed and continued; those of all others are
  /// replaced.
  TrustedPeers trusted_peers{};
  /// What only they may say of clients, in heads, and nobody in trailers.
  ClientWords client_words{};
  /// By which clients reach us who come without TLS, for X-Forwarded-Proto: the others' is "https".
  std::string proto = "http";
  /// Our name in Via. What comes with it has been here before and is refused, so it is to be one of
  /// a kind; see unique_via().
  std::string via = unique_via();
};

/// Where an exchange goes on whose first side has failed.
struct OtherSide {
  /// Null: `answer` takes it.
  std::shared_ptr<upstream::Group> group;
  Side side = Side::Local;
  const Rewriting* rewriting = nullptr;
  http::Fields request_fields{};
  std::optional<RoutingStamp> routing{};
  http::Fields response_fields{};
  /// Has the exchange from here on, and the request's body, which is whole; without one nothing was
  /// read of it yet. `done` is not told: whoever answers tells what became of it.
  std::move_only_function<void(SideFailure, std::optional<std::string> body)> answer{};
};

/// Where one exchange goes, and how.
struct ForwardOrder {
  std::shared_ptr<upstream::Group> group;
  Side side = Side::Local;  ///< for the outcome only
  /// Declared so by the operation: a failed attempt may be made again even when the request may
  /// have arrived.
  bool safe_to_repeat = false;
  std::optional<SteadyTime> deadline;
  /// Of the request: each attempt becomes a child of it, and names itself to the upstream if it is
  /// for export. Otherwise, or without a span: see Hop::traceparent. Must live until `done`.
  const Span* span = nullptr;
  /// Set in the request, in place of what the client sent under these names: the context of the
  /// kit (`Banyan-*`, traceparent, X-Correlation-Id). What a client sends as `Banyan-*` never goes
  /// on.
  http::Fields request_fields{};
  /// Of the client's fields and trailers those that do not go on. Must live until `done`.
  std::span<const std::string> withheld{};
  /// The name of the proxy's own cookie, which does not go on and nobody else sets; "": it has
  /// none. Must live until `done`.
  std::string_view own_cookie{};
  /// What the client is to keep in it from now on, whichever side answers, as a value of
  /// Set-Cookie; "": what it has. See say_visit() for where it is left out; a failure of the
  /// proxy's own to get an answer has none either.
  std::string new_cookie{};
  /// Said as Banyan-Routing. The rollout's name must live until `done`.
  std::optional<RoutingStamp> routing{};
  /// Added to the answer, e.g. X-Strangler; also to one of the proxy's own, where no side answers.
  http::Fields response_fields{};
  /// Where the upstream is another one than the client thinks; may be null. Must live until `done`.
  const Rewriting* rewriting = nullptr;
  /// Told what passes; may be null. Must live until `done`.
  ExchangeTap* tap = nullptr;
  /// Asked at most once, when the group has failed, as long as the client was told nothing. Where
  /// to go in its place; nothing: the client is told. That needs SideFailure::request_kept (a body
  /// of up to 64 KiB is, a longer one passes and is not), and one without group request_whole. May
  /// be empty; must not throw.
  std::move_only_function<std::optional<OtherSide>(const SideFailure&)> in_place{};
  /// Told once, on the exchange's loop, when the exchange has switched protocols; what it returns
  /// is kept as long as that lasts. Whoever calls `end`, on that loop, ends it: each side has what
  /// was on its way, and sees an end of the connection. May be null; must not throw.
  std::move_only_function<std::shared_ptr<void>(std::function<void()> end)> on_tunnel{};
  /// Told once, on the exchange's loop, when all is over. Must not throw.
  std::move_only_function<void(const Outcome&)> done{};
};

/// Passes exchanges on to upstreams and their answers back, both bodies streaming at the pace of
/// the slower side, one piece in memory at a time.
///
/// * A request that has been here before is refused: 508 `proxy.loop`. OPTIONS and TRACE whose
///   Max-Forwards is used up are answered here.
/// * The target goes on byte for byte but for what the order has rewritten, bodies untouched, heads
///   rewritten (see forwarded_head.hpp).
/// * Interim answers go on; so do answers to uploads that are not finished. An upload goes on after
///   its answer, if that has a length, until it is through or either side closes.
/// * A client that goes away cancels the upstream exchange, and is not held against the upstream.
/// * An answer that breaks off cuts the client off as well: it must not look complete.
/// * A failed attempt is made again as upstream::Attempts has it, if no more of the body was read
///   than the piece that is still in hand.
/// * What fails before the answer began is a problem document: 502 `proxy.upstream_protocol`,
///   `proxy.upstream_closed` or `proxy.answer_too_large` (our limit, held against nobody), 503
///   `proxy.upstream_unreachable`, `proxy.upstream_full`, `proxy.circuit_open` or
///   `proxy.out_of_sockets` (here, held against nobody), 504 `proxy.upstream_timeout`.
///
/// forward() is called on the exchange's loop, and all happens there. Safe to share between loops.
/// Exchanges under way keep what they need alive.
class Forwarder {
 public:
  explicit Forwarder(ForwarderOptions options = {});

  void forward(std::shared_ptr<http::Exchange> exchange, ForwardOrder order);

  /// Asks with a copy of a request, once, at an instance that is well and has room: what comes of
  /// it counts for nobody's health, nor for a breaker. On `loop`. Its answer is kept up to what
  /// there is room for, and is told as it would have gone to the client.
  void copy(http::Loop& loop, CopyOrder order);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  friend class Relay;
  friend class CopyRun;
};

}  // namespace banyan::strangler
